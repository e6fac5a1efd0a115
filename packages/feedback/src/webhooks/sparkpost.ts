import * as v from 'valibot'
import type { LateOutcome } from '../recorder/late-reply.ts'
import { checked, optionalText, optionalTime, parsedJson } from './lenient.ts'
import { isOwnWords } from './own-words.ts'
import { checkedSecrets, requireSecret, type Secrets } from './secrets.ts'
import { outOfBand, type EspReader, type MadeReport, type WebhookReport } from './webhook-report.ts'

/** SparkPost's event webhooks. It signs nothing. */
export interface SparkpostOptions {
  /**
   * At least 16 characters, or the old and the new one: give it to SparkPost as the password of Basic authentication, or in a
   * custom header `X-Webhook-Secret`.
   */
  secret: Secrets
}

const batch = v.array(v.object({ msys: v.record(v.string(), v.unknown()) }))
const event = v.object({
  type: v.string(),
  event_id: v.string(),
  rcpt_to: optionalText,
  raw_rcpt_to: optionalText,
  message_id: optionalText,
  msg_from: optionalText,
  raw_reason: optionalText,
  reason: optionalText,
  bounce_class: v.fallback(v.pipe(v.union([v.string(), v.number()]), v.transform(String)), ''),
  timestamp: optionalTime,
})
type SparkpostEvent = v.InferOutput<typeof event>

/** @throws FeedbackError `EARGUMENT` */
export function sparkpostReader({ secret }: SparkpostOptions): EspReader {
  const secrets = checkedSecrets('createWebhooks: sparkpost.secret', secret)
  return {
    async read({ headers, body }) {
      requireSecret(headers, secrets, ['x-webhook-secret', 'x-messagesystems-webhook-token'])
      const events = checked(batch, parsedJson(body.toString('utf8')))
      // When it is set up, SparkPost sends an event that is empty.
      return events.flatMap(({ msys }) => Object.values(msys).flatMap(reportsIn))
    },
  }
}

function reportsIn(raw: unknown): MadeReport[] {
  const found = v.safeParse(event, raw)
  const report = found.success ? reportOf(found.output) : null
  if (report === null) return []
  const isOutOfBand = found.success && found.output.type === 'out_of_band' && isAboutReply(report)
  return [{ report, event: raw, ...(isOutOfBand && { listed: outOfBand }) }]
}

function isAboutReply(report: WebhookReport): boolean {
  return 'outcome' in report && report.outcome.kind === 'reply'
}

/** @see https://developers.sparkpost.com/api/webhooks/ */
function reportOf(found: SparkpostEvent): WebhookReport | null {
  const { type, timestamp: at, msg_from: sender } = found
  const recipient = found.raw_rcpt_to ?? found.rcpt_to
  if (recipient === null) return null
  const id = `sparkpost:${found.event_id}:${recipient}`
  if (type === 'click' || type === 'open' || type === 'initial_open')
    return { id, recipient, kind: type === 'click' ? 'click' : 'open', at }
  const outcome = outcomeOf(found)
  return (
    outcome && {
      id,
      recipient,
      messageId: found.message_id,
      trust: 'all',
      lane: 'sparkpost',
      outcome,
      ...(at !== null && { at }),
      ...(sender !== null && { sender }),
    }
  )
}

/** "Admin Failure": an address on SparkPost's suppression list. */
const adminFailure = '25'
/** Bounces that are an answer of a person or program. */
const answers = new Set(['60', '90', '100'])

function outcomeOf(found: SparkpostEvent): LateOutcome | null {
  const text = found.raw_reason ?? found.reason
  switch (found.type) {
    case 'delivery':
      return { kind: 'delivered' }
    case 'bounce':
    case 'out_of_band':
      if (found.bounce_class === adminFailure) return suppressed(text)
      return text === null || isOwnWords(text) || answers.has(found.bounce_class)
        ? null
        : { kind: 'reply', text }
    case 'delay':
      return text === null || isOwnWords(text) ? null : { kind: 'reply', text, final: false }
    case 'policy_rejection':
    case 'generation_rejection':
      return /suppress/i.test(text ?? '') ? suppressed(text) : null
    case 'spam_complaint':
      return { kind: 'complaint' }
    case 'list_unsubscribe':
    case 'link_unsubscribe':
      return { kind: 'unsubscribe' }
    default:
      return null
  }
}

function suppressed(reason: string | null): LateOutcome {
  return { kind: 'esp-suppressed', by: 'sparkpost', ...(reason !== null && { reason }) }
}
