import type { Command } from 'commander'
import type { LedgerFlags } from '../config/settings.ts'
import { wholeNumber, withJson, withLedger, type JsonFlag } from '../input/options.ts'
import { stopped, untilStopped } from '../input/until-stopped.ts'
import { withEngine } from '../ledger/with-engine.ts'
import { visible, visibleJson } from '../output/visible.ts'
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
    untilStopped(async (signal) =>
      withEngine(
        flags,
        async ({ engine, settings }) => {
          const { createFeedback, createWebhooks } = await import('@icloud-delivery/feedback')
          const { listen } = await import('../serve/listen.ts')
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
          const server = await listen((request) => webhooks.fetch(request), { port, host })
          const { origin } = server
          try {
            if (json === true) process.stdout.write(`${visibleJson({ origin, paths })}\n`)
            else console.error(`Listening on ${origin} for ${paths.join(', ')}. Ctrl-C ends it.`)
            await stopped(signal)
          } finally {
            await server.close()
          }
        },
        { records: true, mayMake: create === true },
      ),
    ),
  )
}

function say(message: string): void {
  console.error(visible(message))
}
