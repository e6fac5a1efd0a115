import type { ReplayDifference, ReplaySummary } from '@icloud-delivery/engine'
import type { Command } from 'commander'
import type { LedgerFlags } from '../config/settings.ts'
import { withJson, withLedger, type JsonFlag } from '../input/options.ts'
import { timeOption } from '../input/time.ts'
import { withEngine } from '../ledger/with-engine.ts'
import { printListing } from '../output/listing.ts'
import { progress } from '../output/progress.ts'
import { counted, timeWords } from '../output/time-words.ts'
import { visibleJson } from '../output/visible.ts'
import { write } from '../output/write.ts'

interface Flags extends LedgerFlags, JsonFlag {
  since?: number
  until?: number
  dryRun?: true
}

const columns = [
  { name: 'kind' },
  { name: 'recipient' },
  { name: 'time' },
  { name: 'was', least: 16 },
  { name: 'now', least: 16 },
  { name: 'reply', least: 24, below: true },
] as const

/** Adds `replay` to the program. */
export function addReplay(program: Command): void {
  const command = program
    .command('replay')
    .summary('what today’s rules would make of the replies that were kept')
    .description(
      'Runs the replies that were kept through today’s rules and policy, and lists what would differ. Changes nothing.',
    )
    .option('--since <time>', 'replies from then on: 2026-01-31, 24h, 7d', timeOption)
    .option('--until <time>', 'replies before', timeOption)
    .option('--dry-run', 'as it always is')
  withJson(withLedger(command), 'one JSON object a line, the last one {"summary": ...}').addHelpText(
    'after',
    `
Examples:
  icloud-delivery replay --dry-run --since 30d
  icloud-delivery replay --json | jq -r 'select(.kind=="would-not-suppress").recipient'

To release what would not be suppressed today:
  icloud-delivery suppressions release ADDRESS ...`,
  )
  command.action(async ({ json, since, until, ...flags }: Flags) =>
    withEngine(flags, async ({ engine }) => {
      const bar = progress('Replaying')
      const replay = engine.replay({
        ...(since !== undefined && { since }),
        ...(until !== undefined && { until }),
        progress: (replies) => bar.at(replies, counted(replies, 'reply', 'replies')),
      })
      try {
        await printListing(replay, { columns, row, json, empty: emptyWords })
      } finally {
        bar.end()
      }
      const { summary } = replay
      if (json === true) await write(process.stdout, `${visibleJson({ summary })}\n`)
      else console.error(summaryWords(summary))
    }),
  )
}

const emptyWords = 'Today’s rules would do the same.'

function row({ kind, recipient, at, was, now, reply }: ReplayDifference): string[] {
  const words = ({ action, rule }: ReplayDifference['was']): string => `${action} ${rule ?? 'not Apple’s'}`
  return [kind, recipient, timeWords(at), words(was), words(now), reply]
}

function summaryWords({ replies, withoutReply, differences }: ReplaySummary): string {
  const lost = withoutReply === 0 ? '' : `; of ${counted(withoutReply, 'suppression')} the reply was not kept`
  return `${counted(replies, 'reply', 'replies')} looked at, ${counted(differences, 'difference')}${lost}.`
}
