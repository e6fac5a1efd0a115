import type { Engine, Suppression } from '@icloud-delivery/engine'
import { Option, type Command } from 'commander'
import type { LedgerFlags } from '../../config/settings.ts'
import { repeated, withJson, withLedger, type JsonFlag } from '../../input/options.ts'
import { withExamples } from '../../input/subcommands.ts'
import { onTrial } from '../../ledger/on-trial.ts'
import { withEngine } from '../../ledger/with-engine.ts'
import { counted } from '../../output/time-words.ts'
import { visibleJson } from '../../output/visible.ts'
import { write } from '../../output/write.ts'
import { readAddresses } from './addresses.ts'
import { originsByHand, type OriginByHand } from './origins.ts'

interface Flags extends LedgerFlags, JsonFlag {
  origin: OriginByHand
  stream?: string[]
  note?: string
  create?: true
}

/** Adds `add`. */
export function addAdd(suppressions: Command): void {
  const command = suppressions
    .command('add')
    .description('suppress addresses by hand')
    .argument('<address...>', 'the recipients')
    .addOption(new Option('--origin <origin>', 'who asks for it').choices(originsByHand).default('operator'))
    .addOption(
      repeated(
        '--stream <name>',
        'a stream that it covers, again for more (default: marketing for an unsubscribe, all but transactional for a complaint, else all)',
      ),
    )
    .option('--note <text>', 'why; kept with it')
    .option('--create', 'make the ledger file if it is missing')
  withJson(withLedger(command), 'one JSON object a line')
  withExamples(
    command,
    'suppressions add anna@icloud.com --note "asked by phone"',
    'suppressions add anna@icloud.com --origin unsubscribe --stream marketing',
  )
  command.action(async (words: string[], { json, origin, stream, note, create, ...flags }: Flags) => {
    const addresses = readAddresses(words)
    const suppressAll = async (engine: Engine): Promise<Suppression[]> => {
      const done: Suppression[] = []
      for (const recipient of addresses)
        done.push(
          await engine.suppress({
            recipient,
            origin,
            ...(stream !== undefined && { streams: stream }),
            ...(note !== undefined && { note }),
          }),
        )
      return done
    }
    await withEngine(
      flags,
      async ({ engine }) => {
        const done = await suppressAll(engine)
        const lines =
          json === true
            ? done.map(visibleJson)
            : [
                `Suppressed ${counted(done.length, 'address', 'addresses')} (${origin}, ${done[0]?.streams.join(' ')}).`,
              ]
        await write(process.stdout, `${lines.join('\n')}\n`)
      },
      { mayMake: create === true, before: () => onTrial(suppressAll) },
    )
  })
}
