import { Option, type Command } from 'commander'
import type { LedgerFlags } from '../config/settings.ts'
import { withJson, withLedger, type JsonFlag } from '../input/options.ts'
import { withEngine } from '../ledger/with-engine.ts'
import { pageWidth } from '../output/page-width.ts'
import { painterFor } from '../output/paint.ts'
import { visibleJson } from '../output/visible.ts'
import { write } from '../output/write.ts'
import { readStatus } from '../status/read-status.ts'
import { statusPage } from '../status/status-page.ts'

interface Flags extends LedgerFlags, JsonFlag {
  window: 'hour' | 'day' | 'month'
}

/** Adds `status` to the program. */
export function addStatus(program: Command): void {
  const command = program
    .command('status')
    .summary('lanes, what is held, incidents, rates now')
    .description(
      'How things stand: rates, lanes, what is held and why, campaigns that wait, incidents at Apple.',
    )
    .addOption(
      new Option('--window <span>', 'of the rates').choices(['hour', 'day', 'month']).default('hour'),
    )
  withJson(withLedger(command), 'print one JSON object; times are ms since the epoch').addHelpText(
    'after',
    `
Examples:
  icloud-delivery status --ledger ./icloud.db
  icloud-delivery status --window day --json | jq '.holds[].rule'`,
  )
  command.action(async ({ window, json, ...flags }: Flags) =>
    withEngine(flags, async ({ engine, place }) => {
      const status = await readStatus(engine, place.shown, window)
      const { stdout } = process
      if (json === true) return write(stdout, `${visibleJson(status)}\n`)
      return write(stdout, statusPage(status, window, pageWidth(stdout), painterFor(stdout)))
    }),
  )
}
