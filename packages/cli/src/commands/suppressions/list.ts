import type { Suppression, SuppressionOrigin } from '@icloud-delivery/engine'
import { Option, type Command } from 'commander'
import type { LedgerFlags } from '../../config/settings.ts'
import { timeOption } from '../../input/time.ts'
import { wholeNumber, withJson, withLedger, type JsonFlag } from '../../input/options.ts'
import { defaultSubcommand } from '../../input/subcommands.ts'
import { withEngine } from '../../ledger/with-engine.ts'
import { printListing } from '../../output/listing.ts'
import { timeWords } from '../../output/time-words.ts'
import { origins } from './origins.ts'

interface Flags extends LedgerFlags, JsonFlag {
  origin?: SuppressionOrigin
  rule?: string
  since?: number
  limit?: number
}

const columns = [
  { name: 'recipient', overhang: 16 },
  { name: 'origin' },
  { name: 'streams', least: 8 },
  { name: 'since' },
  { name: 'rule', least: 12 },
  { name: 'reply or note', least: 24, below: true },
] as const

/** Adds `list`. */
export function addList(suppressions: Command): void {
  const command = defaultSubcommand(
    suppressions,
    'list',
    'list suppressions, all or those of an origin, a rule or a time',
    ['suppressions list --rule invalid-recipient --since 7d', 'suppressions list --json | jq -r .recipient'],
  )
    .addOption(new Option('--origin <origin>', 'who asked for it').choices(origins))
    .option('--rule <id>', 'the rule of the reply, such as invalid-recipient')
    .option('--since <time>', 'from then on: 2026-01-31, 24h, 7d', timeOption)
    .option('--limit <count>', 'no more than so many', wholeNumber(1, 100_000_000))
  withJson(withLedger(command), 'one JSON object a line; times are ms since the epoch')
  command.action(async ({ json, origin, rule, since, limit, ...flags }: Flags) =>
    withEngine(flags, async ({ engine }) => {
      const isAsked = (one: Suppression): boolean =>
        (origin === undefined || one.origin === origin) &&
        (rule === undefined || one.rule === rule) &&
        (since === undefined || one.at >= since)
      const isAll = origin === undefined && rule === undefined && since === undefined
      await printListing(some(engine.suppressions(), isAsked, limit), {
        columns,
        row: ({ recipient, origin: by, streams, at, rule: of, reply, note }) => [
          recipient,
          by,
          streams.join(' '),
          timeWords(at),
          of,
          reply ?? note,
        ],
        json,
        empty: isAll ? 'Nobody is suppressed.' : 'No suppression is like that.',
      })
    }),
  )
}

async function* some<T>(
  all: AsyncIterable<T>,
  isAsked: (one: T) => boolean,
  limit = Infinity,
): AsyncGenerator<T> {
  let count = 0
  for await (const one of all) {
    if (!isAsked(one)) continue
    yield one
    if (++count >= limit) return
  }
}
