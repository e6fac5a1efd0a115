import type { Logger } from '@icloud-delivery/engine'
import { Hono, type Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { argument } from '../errors.ts'
import { callable, feedback as feedbackCheck, having, later } from '../options/check.ts'
import { checkOptions, objectOf, type Checks } from '../options/check-options.ts'
import type { Feedback } from '../recorder/feedback.ts'
import type { LateReply } from '../recorder/late-reply.ts'
import { mailgunReader, type MailgunOptions } from './mailgun.ts'
import { MailgunTokens } from './mailgun-tokens.ts'
import { postmarkReader, type PostmarkOptions } from './postmark.ts'
import { recordReports, type WebhookResult } from './record-reports.ts'
import { Refusal } from './refusal.ts'
import { sendgridReader, type SendgridOptions } from './sendgrid.ts'
import { sesReader, type SesOptions } from './ses/ses.ts'
import type { Fetch } from './ses/fetch-text.ts'
import { sparkpostReader, type SparkpostOptions } from './sparkpost.ts'
import type { EspReader, WebhookReport } from './webhook-report.ts'

/** What {@link createWebhooks} takes. Each ESP that is named gets a path of its own: `/ses`, `/sendgrid`, and so on. */
export interface WebhooksOptions {
  feedback: Feedback
  ses?: SesOptions
  sendgrid?: SendgridOptions
  mailgun?: MailgunOptions
  postmark?: PostmarkOptions
  sparkpost?: SparkpostOptions
  /**
   * What the event does not say by itself, such as the stream, read out of the ESP's tags. Called for each reply, complaint and
   * unsubscribe with the event as it came. What it throws makes the request fail.
   */
  annotate?: (
    report: WebhookReport,
    event: unknown,
  ) => Partial<Pick<LateReply, 'stream' | 'lane' | 'campaign' | 'from' | 'submitter' | 'messageId'>>
  /** Called with each event that counts for something, and what became of it. */
  onResult?: (report: WebhookReport, result: WebhookResult) => void
  /** Says why requests were refused. Default `console`. */
  logger?: Logger
  /** Fetches Amazon's certificates and confirms subscriptions. Default the global `fetch`. */
  fetch?: Fetch
  /** ms since the epoch. Default `Date.now`. */
  clock?: () => number
}

/** What keys and secrets are worth, the reader of each ESP says. */
const checks: Checks<WebhooksOptions> = {
  feedback: feedbackCheck,
  ses: objectOf<SesOptions>({ topicArns: later }),
  sendgrid: objectOf<SendgridOptions>({ publicKey: later, windowSeconds: later }),
  mailgun: objectOf<MailgunOptions>({ signingKey: later }),
  postmark: objectOf<PostmarkOptions>({ secret: later }),
  sparkpost: objectOf<SparkpostOptions>({ secret: later }),
  annotate: callable,
  onResult: callable,
  logger: having('an object with warn and error', 'warn', 'error'),
  fetch: callable,
  clock: callable,
}

const mostBytes = 1 << 20
const sayAgainMs = 60_000

/**
 * An HTTP app that takes the webhooks of ESPs: mount its `fetch` in an app of yours, or run it with `@hono/node-server`. It answers
 *
 * - 200 when what a request says is on disk, with the counts of what became of its events; the same request again is harmless
 * - 401 for a wrong signature, secret, time or topic, and nothing changes
 * - 400 for what is no event of that ESP, 413 for more than 1 MB
 * - 503 if it cannot be remembered now: the ESP sends it again
 *
 * @throws FeedbackError `EARGUMENT` without a key or secret for each ESP
 */
export function createWebhooks(options: WebhooksOptions): Hono {
  checkOptions('createWebhooks', options, checks)
  const {
    feedback,
    annotate,
    onResult,
    logger = console,
    fetch = globalThis.fetch,
    clock = Date.now,
  } = options
  if (feedback === undefined) throw argument('createWebhooks: feedback', 'what createFeedback gave', feedback)
  const readers = readersOf(options, logger, fetch, clock)
  if (readers.length === 0)
    throw argument('createWebhooks', 'given one of ses, sendgrid, mailgun, postmark and sparkpost', undefined)

  const app = new Hono()
  const said = new Map<string, number>()
  const refused = (context: Context, esp: string, { code, message, status }: Refusal): Response => {
    // Anybody can send wrong requests: they must not fill the log.
    const last = said.get(`${esp} ${code}`) ?? -Infinity
    if (Math.abs(clock() - last) >= sayAgainMs) {
      said.set(`${esp} ${code}`, clock())
      logger.warn(`webhooks: a request to /${esp} was refused (${code}): ${message}`)
    }
    if (status === 503) context.header('Retry-After', '60')
    return context.json({ error: code }, status)
  }
  for (const [esp, reader] of readers) {
    app.post(
      `/${esp}`,
      bodyLimit({
        maxSize: mostBytes,
        onError: (context) => refused(context, esp, new Refusal('ETOOLARGE', `more than ${mostBytes} bytes`)),
      }),
      async (context) => {
        try {
          const body = Buffer.from(await context.req.arrayBuffer())
          const reports = await reader.read({ headers: context.req.raw.headers, body })
          const counts = await recordReports(reports, {
            feedback,
            annotate: annotate ?? (() => ({})),
            onResult,
          })
          if (counts.failed > 0)
            throw new Refusal(
              'EUNAVAILABLE',
              `${counts.failed} of ${reports.length} events could not be remembered`,
            )
          return context.json(counts)
        } catch (error) {
          if (error instanceof Refusal) return refused(context, esp, error)
          logger.error(`webhooks: a request to /${esp} failed: ${(error as Error).message}`)
          context.header('Retry-After', '60')
          return context.json({ error: 'EUNAVAILABLE' }, 503)
        }
      },
    )
  }
  return app
}

function readersOf(
  { feedback, ses, sendgrid, mailgun, postmark, sparkpost }: WebhooksOptions,
  logger: Logger,
  fetch: Fetch,
  clock: () => number,
): [string, EspReader][] {
  const readers: [string, EspReader][] = []
  if (ses)
    readers.push(['ses', sesReader(ses, fetch, clock, (message) => logger.warn(`webhooks: ${message}`))])
  if (sendgrid) readers.push(['sendgrid', sendgridReader(sendgrid, clock)])
  if (mailgun)
    readers.push(['mailgun', mailgunReader(mailgun, new MailgunTokens(feedback.engine.ledger, clock), clock)])
  if (postmark) readers.push(['postmark', postmarkReader(postmark)])
  if (sparkpost) readers.push(['sparkpost', sparkpostReader(sparkpost)])
  return readers
}
