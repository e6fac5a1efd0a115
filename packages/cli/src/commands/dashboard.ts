import type { Command } from 'commander'
import type { LedgerFlags } from '../config/settings.ts'
import { repeated, wholeNumber, withJson, withLedger, type JsonFlag } from '../input/options.ts'
import { stopped, untilStopped } from '../input/until-stopped.ts'
import { withEngine } from '../ledger/with-engine.ts'
import { visible, visibleJson } from '../output/visible.ts'
import { write } from '../output/write.ts'

interface Flags extends LedgerFlags, JsonFlag {
  port: number
  host: string
  allowedHost?: string[]
  readOnly?: true
  by?: string
}

/** Adds `dashboard` to the program. */
export function addDashboard(program: Command): void {
  const command = program
    .command('dashboard')
    .summary('a web page over the ledger, on this machine')
    .description(
      'Runs a web page over the ledger on this machine: how Apple treats your mail now, why, and what to do.',
    )
    .option('--port <port>', 'to listen on; 0: any free one', wholeNumber(0, 65_535), 0)
    .option('--host <address>', 'to listen on; others than this machine can reach it then', '127.0.0.1')
    .addOption(repeated('--allowed-host <name>', 'that a browser may reach it by, again for more'))
    .option('--read-only', 'nothing can be changed from the page')
    .option('--by <name>', 'who changes something, for the event log (default: dashboard)')
  withJson(withLedger(command), 'print the address as one JSON object').addHelpText(
    'after',
    `
Examples:
  icloud-delivery dashboard --ledger ./icloud.db
  icloud-delivery dashboard --ledger redis://127.0.0.1:6379/0 --port 8026 --read-only

It prints an address with a token that is new each time: open it in a browser. For
Prometheus it has /metrics, with the token as a bearer. To have it under a name, behind
your own login, mount @icloud-delivery/dashboard in an app of yours. Ctrl-C ends it.`,
  )
  command.action(async ({ json, port, host, allowedHost, readOnly, by, ...flags }: Flags) =>
    untilStopped(async (signal) =>
      withEngine(flags, async ({ engine, place }) => {
        const { startDashboard } = await import('@icloud-delivery/dashboard')
        const dashboard = await startDashboard({
          engine,
          port,
          host,
          logger: { warn: say, error: say },
          ...(allowedHost !== undefined && {
            allowedHosts: ['localhost', '127.0.0.1', '[::1]', ...allowedHost],
          }),
          ...(readOnly === true && { readOnly }),
          ...(by !== undefined && { by }),
        })
        try {
          const { url, origin, token } = dashboard
          if (json === true)
            await write(process.stdout, `${visibleJson({ url, origin, token, port: dashboard.port })}\n`)
          else {
            await write(process.stdout, `${url}\n`)
            console.error(
              `The dashboard of ${visible(place.shown)}. Open the address in a browser; Ctrl-C ends it.`,
            )
          }
          await stopped(signal)
        } finally {
          await dashboard.close()
        }
      }),
    ),
  )
}

function say(message: string): void {
  console.error(visible(message))
}
