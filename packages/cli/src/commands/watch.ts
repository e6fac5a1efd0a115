import type { Command } from 'commander'
import type { LedgerFlags } from '../config/settings.ts'
import { untilStopped } from '../input/until-stopped.ts'
import { repeated, wholeNumber, withJson, withLedger, type JsonFlag } from '../input/options.ts'
import { withEngine } from '../ledger/with-engine.ts'
import { painterFor } from '../output/paint.ts'
import { visibleJson } from '../output/visible.ts'
import { write } from '../output/write.ts'
import { eventLine } from '../watch/event-line.ts'
import { followEvents } from '../watch/follow-events.ts'

interface Flags extends LedgerFlags, JsonFlag {
  lines: number
  type?: string[]
}

const everyMs = 250

/** Adds `watch` to the program. */
export function addWatch(program: Command): void {
  const command = program
    .command('watch')
    .summary('decisions as they are made')
    .description(
      'Follows the event log of the ledger: what is decided, held, released and noticed, as it happens.',
    )
    .option('-n, --lines <count>', 'how many of the last events come first', wholeNumber(0, 10_000), 10)
    .addOption(repeated('--type <type>', 'only such events, again for more: suppress, hold, alert, ...'))
  withJson(withLedger(command), 'one JSON object a line; times are ms since the epoch').addHelpText(
    'after',
    `
Examples:
  icloud-delivery watch --ledger ./icloud.db
  icloud-delivery watch --type suppress --type alert --json | jq .subject

Ctrl-C ends it.`,
  )
  command.action(async ({ json, lines, type: types, ...flags }: Flags) =>
    untilStopped(async (signal) =>
      withEngine(flags, async ({ engine }) => {
        const paint = painterFor(process.stdout)
        if (lines > 0 && json !== true && (await engine.ledger.events({ limit: 1 })).length === 0)
          console.error('The event log is empty. Waiting for the first decision ...')
        for await (const event of followEvents(engine.ledger, { backlog: lines, everyMs, signal })) {
          if (types !== undefined && !types.includes(event.type)) continue
          await write(process.stdout, `${json === true ? visibleJson(event) : eventLine(event, paint)}\n`)
        }
      }),
    ),
  )
}
