import type { Command } from 'commander'
import type { LedgerFlags, Settings } from '../config/settings.ts'
import { wholeNumber, withJson, withLedger, type JsonFlag } from '../input/options.ts'
import { stopped, untilStopped } from '../input/until-stopped.ts'
import { withEngine } from '../ledger/with-engine.ts'
import { visible, visibleJson } from '../output/visible.ts'
import type { Listening } from '../serve/listen.ts'
import { resultLine } from '../serve/result-line.ts'
import { webhookOptions } from '../serve/webhook-options.ts'

interface Flags extends LedgerFlags, JsonFlag {
  port: number
  host: string
  stream?: string
  lane?: string
  create?: true
}

/** Adds `serve` to the program. */
export function addServe(program: Command): void {
  const command = program
    .command('serve')
    .summary('take the webhooks of an ESP: SES, SendGrid, Mailgun, Postmark, SparkPost')
    .description(
      'Takes the webhooks of ESPs over HTTP, and records what Apple said. Each has a path: /ses, /postmark, ...',
    )
    .option('--port <port>', 'to listen on; 0: any free one', wholeNumber(0, 65_535), 8025)
    .option('--host <address>', 'to listen on', '127.0.0.1')
    .option('--stream <name>', 'the kind of mail that it was (default: transactional)')
    .option('--lane <name>', 'whose flow to Apple it is (default: the name of the ESP)')
    .option('--create', 'make the ledger file if it is missing')
  withJson(withLedger(command), 'one JSON object a line: where it listens, then each result').addHelpText(
    'after',
    `
Examples:
  ICLOUD_DELIVERY_POSTMARK_SECRET=... icloud-delivery serve --ledger ./icloud.db
  ICLOUD_DELIVERY_SES_TOPICS=arn:aws:sns:eu-west-1:123456789012:bounces icloud-delivery serve

Keys and secrets come from the environment or the configuration, never from a flag:
  { "webhooks": { "ses": { "topicArns": ["arn:aws:sns:..."] },
                  "sendgrid": { "publicKey": "..." }, "mailgun": { "signingKey": "..." },
                  "postmark": { "secret": "..." }, "sparkpost": { "secret": "..." } } }

Put TLS in front of it: secrets and addresses travel in these requests. Ctrl-C ends it.`,
  )
  command.action(async ({ json, port, host, stream, lane, create, ...flags }: Flags) =>
    untilStopped(async (signal) => {
      const { checkWebhooks } = await import('../serve/check-webhooks.ts')
      const { listen } = await import('../serve/listen.ts')
      let answer: (request: Request) => Response | Promise<Response> = notYet
      let server: Listening | undefined
      // Before a ledger is made, it is known that the keys are good and the port can be had.
      const before = async ({ webhooks }: Settings): Promise<void> => {
        await checkWebhooks(webhookOptions(webhooks))
        server = await listen((request) => answer(request), { port, host })
      }
      try {
        await withEngine(
          flags,
          async ({ engine, settings }) => {
            const { createFeedback, createWebhooks } = await import('@icloud-delivery/feedback')
            const options = webhookOptions(settings.webhooks)
            const paths = Object.keys(options).map((esp) => `/${esp}`)
            const webhooks = createWebhooks({
              ...options,
              feedback: createFeedback({ engine }),
              annotate: () => ({
                ...(stream !== undefined && { stream }),
                ...(lane !== undefined && { lane }),
              }),
              onResult: (_, result) => void process.stdout.write(`${resultLine(result, json === true)}\n`),
              logger: { warn: say, error: say },
            })
            answer = (request) => webhooks.fetch(request)
            const origin = server?.origin ?? ''
            if (json === true) process.stdout.write(`${visibleJson({ origin, paths })}\n`)
            else console.error(`Listening on ${origin} for ${paths.join(', ')}. Ctrl-C ends it.`)
            await stopped(signal)
            // What is under way is answered before the ledger is closed.
            await server?.close()
            server = undefined
          },
          { records: true, mayMake: create === true, before },
        )
      } finally {
        await server?.close()
      }
    }),
  )
}

/** The ESP sends it again. */
function notYet(): Response {
  return new Response(null, { status: 503, headers: { 'Retry-After': '60' } })
}

function say(message: string): void {
  console.error(visible(message))
}
