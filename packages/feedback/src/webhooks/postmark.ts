import * as v from 'valibot'
import type { LateOutcome } from '../recorder/late-reply.ts'
import {
  checked,
  optionalBoolean,
  optionalNumber,
  optionalText,
  optionalTime,
  parsedJson,
} from './lenient.ts'
import { isOwnWords } from './own-words.ts'
import { checkedSecrets, requireSecret, type Secrets } from './secrets.ts'
import type { EspReader, WebhookReport } from './webhook-report.ts'

/** Postmark's webhooks. It signs nothing. */
export interface PostmarkOptions {
  /**
   * At least 16 characters, or the old and the new one: give it to Postmark as the password of Basic authentication, or in a
   * custom header `X-Webhook-Secret`.
   */
  secret: Secrets
}

const record = v.object({
  RecordType: v.string(),
  ID: optionalNumber,
  Type: optionalText,
  MessageID: optionalText,
  Email: optionalText,
  Recipient: optionalText,
  From: optionalText,
  Details: optionalText,
  BouncedAt: optionalTime,
  DeliveredAt: optionalTime,
  ChangedAt: optionalTime,
  ReceivedAt: optionalTime,
  SuppressSending: optionalBoolean,
  SuppressionReason: optionalText,
  Origin: optionalText,
})
type PostmarkRecord = v.InferOutput<typeof record>

/** @throws FeedbackError `EARGUMENT` */
export function postmarkReader({ secret }: PostmarkOptions): EspReader {
  const secrets = checkedSecrets('createWebhooks: postmark.secret', secret)
  return {
    async read({ headers, body }) {
      requireSecret(headers, secrets, ['x-webhook-secret'])
      const raw = parsedJson(body.toString('utf8'))
      const report = reportOf(checked(record, raw))
      return report === null ? [] : [{ report, event: raw }]
    },
  }
}

/** @see https://postmarkapp.com/developer/webhooks/webhooks-overview */
function reportOf(found: PostmarkRecord): WebhookReport | null {
  const { RecordType: type, ID, MessageID: messageId, From: sender } = found
  const recipient = found.Email ?? found.Recipient
  if (recipient === null) return null
  const at = found.BouncedAt ?? found.DeliveredAt ?? found.ChangedAt ?? found.ReceivedAt
  const id = `postmark:${type}:${ID ?? messageId ?? ''}:${ID === null ? (at ?? '') : ''}:${recipient}`
  if (type === 'Open' || type === 'Click')
    return { id, recipient, kind: type === 'Open' ? 'open' : 'click', at }
  const outcome = outcomeOf(found)
  return (
    outcome && {
      id,
      recipient,
      messageId,
      // Postmark does not say whether it was told while it was connected, or by a bounce message afterwards.
      trust: outcome.kind === 'reply' ? 'recipient' : 'all',
      lane: 'postmark',
      outcome,
      ...(at !== null && { at }),
      ...(sender !== null && { sender }),
    }
  )
}

function outcomeOf(found: PostmarkRecord): LateOutcome | null {
  const { Details: text } = found
  switch (found.RecordType) {
    case 'Delivery':
      return { kind: 'delivered', ...(text !== null && { text }) }
    case 'Bounce':
      return bounceOf(found)
    case 'SpamComplaint':
      return { kind: 'complaint' }
    case 'SubscriptionChange':
      // What bounced or was complained of is told by an event of its own.
      return found.SuppressSending === true &&
        found.SuppressionReason === 'ManualSuppression' &&
        found.Origin === 'Recipient'
        ? { kind: 'unsubscribe' }
        : null
    default:
      return null
  }
}

/** Types of what is no reply: answers of people and programs, and what Postmark found itself. */
const noReplies = new Set([
  'AutoResponder',
  'ChallengeVerification',
  'SubscribeRequest',
  'AddressChange',
  'InboundError',
  'TemplateRenderingFailed',
  'OpenRelayTest',
  'Unconfirmed',
  'DnsError',
])

function bounceOf({ Type: type, Details: text }: PostmarkRecord): LateOutcome | null {
  if (type === 'SpamComplaint') return { kind: 'complaint' }
  if (type === 'Unsubscribe') return { kind: 'unsubscribe' }
  if (type === 'ManuallyDeactivated' || type === 'SMTPApiError')
    return { kind: 'esp-suppressed', by: 'postmark', reason: type }
  if (text === null || isOwnWords(text) || noReplies.has(type ?? '')) return null
  return { kind: 'reply', text, final: type !== 'Transient' }
}
