import type { Engine, HoldRef } from '@icloud-delivery/engine'
import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import type { LedgerFlags } from '../config/settings.ts'
import { confirm } from '../input/confirm.ts'
import { withJson, withLedger, withYes, type JsonFlag } from '../input/options.ts'
import { defaultSubcommand, withExamples } from '../input/subcommands.ts'
import { withEngine } from '../ledger/with-engine.ts'
import { printListing } from '../output/listing.ts'
import { counted } from '../output/time-words.ts'
import { visible, visibleJson } from '../output/visible.ts'
import { write } from '../output/write.ts'
import { holdColumns, holdRow } from '../status/status-page.ts'

const help = `
Examples:
  icloud-delivery holds --ledger ./icloud.db
  icloud-delivery holds release sending-ip/192.0.2.10
  icloud-delivery holds release campaign/spring --yes

Remove the cause first: what is released and refused again is held again.`

/** Adds `holds` to the program. */
export function addHolds(program: Command): void {
  const holds = program
    .command('holds')
    .summary('what is held and why; let it go')
    .description(
      'What is held (an IP, a stream, a sending domain, a campaign), by which reply, and until when.',
    )
    .helpCommand(false)
    .addHelpText('after', help)
  const list = defaultSubcommand(holds, 'list', 'list what is held', [
    'holds list --ledger ./icloud.db',
    'holds list --json | jq -r .id',
  ])
  withJson(withLedger(list), 'one JSON object a line; times are ms since the epoch')
  list.action(async ({ json, ...flags }: LedgerFlags & JsonFlag) =>
    withEngine(flags, async ({ engine }) => {
      const now = Date.now()
      await printListing(await engine.holds(), {
        columns: holdColumns,
        row: (hold) => holdRow(hold, now),
        json,
        empty: 'Nothing is held.',
      })
    }),
  )
  const release = holds
    .command('release')
    .description('open what is held at once, or let a campaign go that its test batch stopped')
    .argument('<hold...>', 'as `holds list` names it, such as sending-ip/192.0.2.10 or campaign/spring')
  withYes(withJson(withLedger(release), 'print one JSON object'))
  withExamples(release, 'holds release sending-ip/192.0.2.10', 'holds release campaign/spring --yes')
  release.action(async (names: string[], { json, yes, ...flags }: LedgerFlags & JsonFlag & { yes?: true }) =>
    withEngine(flags, async ({ engine }) => {
      const refs = await findHolds(engine, names)
      await confirm(`Release ${counted(refs.length, 'hold')}: ${visible(names.join(', '))}?`, yes)
      let released = 0
      for (const hold of refs) {
        // A name that begins like this is the id of a message; a campaign's own name is mended and never does.
        const isCampaign = hold.scope === 'campaign' && !hold.id.startsWith('<')
        released += await engine.release(isCampaign ? { campaign: hold.id } : { hold })
      }
      const text = json === true ? visibleJson({ released }) : `Released ${counted(released, 'hold')}.`
      await write(process.stdout, `${text}\n`)
    }),
  )
}

/** The holds of these names; all of them, or none is touched. */
async function findHolds(engine: Engine, names: readonly string[]): Promise<HoldRef[]> {
  const [holds, canaries] = await Promise.all([engine.holds(), engine.canaries()])
  const known = new Map<string, HoldRef>(
    holds.map(({ scope, id }) => [`${scope}/${id}`, { scope, id }] as const),
  )
  for (const { id, verdict } of canaries)
    if (verdict !== 'go') known.set(`campaign/${id}`, { scope: 'campaign', id })
  return [...new Set(names)].map((name) => {
    const hold = known.get(name)
    if (hold !== undefined) return hold
    const some = [...known.keys()].slice(0, 10).join(', ')
    throw new CliError(
      'ENOTFOUND',
      `"${name}" is not held; ${some === '' ? 'nothing is' : `held are: ${some}`}`,
    )
  })
}
