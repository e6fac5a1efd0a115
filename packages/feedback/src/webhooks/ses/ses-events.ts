import * as v from 'valibot'
import type { LateOutcome, LateReply } from '../../recorder/late-reply.ts'
import { checked, eachOf, optionalBoolean, optionalObject, optionalText, optionalTime } from '../lenient.ts'
import type { WebhookReport } from '../webhook-report.ts'

const recipient = v.object({ emailAddress: v.string(), status: optionalText, diagnosticCode: optionalText })
const mail = v.object({
  messageId: v.string(),
  source: optionalText,
  destination: eachOf(v.string()),
  headers: eachOf(v.object({ name: v.string(), value: v.string() })),
  commonHeaders: optionalObject(v.object({ messageId: optionalText })),
})
const event = v.object({
  eventType: optionalText,
  notificationType: optionalText,
  mail,
  bounce: v.nullish(
    v.object({
      bounceSubType: optionalText,
      bouncedRecipients: eachOf(recipient),
      feedbackId: optionalText,
      timestamp: optionalTime,
    }),
  ),
  complaint: v.nullish(
    v.object({
      complaintSubType: optionalText,
      complainedRecipients: eachOf(recipient),
      feedbackId: optionalText,
      timestamp: optionalTime,
    }),
  ),
  delivery: v.nullish(
    v.object({ recipients: eachOf(v.string()), smtpResponse: optionalText, timestamp: optionalTime }),
  ),
  deliveryDelay: v.nullish(v.object({ delayedRecipients: eachOf(recipient), timestamp: optionalTime })),
  open: v.nullish(v.object({ timestamp: optionalTime })),
  click: v.nullish(v.object({ timestamp: optionalTime })),
  subscription: v.nullish(
    v.object({
      timestamp: optionalTime,
      newTopicPreferences: optionalObject(v.object({ unsubscribeAll: optionalBoolean })),
    }),
  ),
})
type SesEvent = v.InferOutput<typeof event>

/** Sub-types of what SES did not even try. */
const ownLists = new Set(['Suppressed', 'OnAccountSuppressionList', 'UnsubscribedRecipient'])

/**
 * What SES says of a message, by its notifications or by event publishing.
 *
 * @see https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
 * @throws Refusal `EPAYLOAD`
 */
export function sesReports(payload: unknown): WebhookReport[] {
  const found = checked(event, payload)
  switch (found.eventType ?? found.notificationType ?? '') {
    case 'Bounce':
      return bounces(found)
    case 'Complaint':
      return complaints(found)
    case 'Delivery':
      return deliveries(found)
    case 'DeliveryDelay':
      return delays(found)
    case 'Open':
    case 'Click':
    case 'Subscription':
      return ofReader(found)
    default:
      return []
  }
}

function bounces(found: SesEvent): WebhookReport[] {
  const {
    bouncedRecipients = [],
    timestamp = null,
    feedbackId = null,
    bounceSubType = null,
  } = found.bounce ?? {}
  return bouncedRecipients.flatMap(({ emailAddress, status, diagnosticCode }) => {
    const text = diagnosticCode ?? status
    if (ownLists.has(bounceSubType ?? ''))
      return reply(found, emailAddress, timestamp, suppressed(text ?? bounceSubType), feedbackId)
    return text === null ? [] : reply(found, emailAddress, timestamp, { kind: 'reply', text }, feedbackId)
  })
}

function complaints(found: SesEvent): WebhookReport[] {
  const {
    complainedRecipients = [],
    timestamp = null,
    feedbackId = null,
    complaintSubType = null,
  } = found.complaint ?? {}
  const outcome: LateOutcome = ownLists.has(complaintSubType ?? '')
    ? suppressed(complaintSubType)
    : { kind: 'complaint' }
  return complainedRecipients.map(({ emailAddress }) =>
    reply(found, emailAddress, timestamp, outcome, feedbackId),
  )
}

function deliveries(found: SesEvent): WebhookReport[] {
  const { recipients = [], smtpResponse: text = null, timestamp = null } = found.delivery ?? {}
  const outcome: LateOutcome = { kind: 'delivered', ...(text !== null && { text }) }
  return recipients.map((address) => reply(found, address, timestamp, outcome))
}

function delays(found: SesEvent): WebhookReport[] {
  const { delayedRecipients = [], timestamp = null } = found.deliveryDelay ?? {}
  return delayedRecipients.flatMap(({ emailAddress, diagnosticCode: text }) =>
    text === null ? [] : reply(found, emailAddress, timestamp, { kind: 'reply', text, final: false }),
  )
}

/** These do not say whose they are: with one recipient it can only be him. */
function ofReader(found: SesEvent): WebhookReport[] {
  const [reader, ...others] = found.mail.destination
  if (reader === undefined || others.length > 0) return []
  const { subscription, click, open } = found
  if (subscription) {
    const isLeaving = subscription.newTopicPreferences?.unsubscribeAll === true
    return isLeaving ? [reply(found, reader, subscription.timestamp, { kind: 'unsubscribe' })] : []
  }
  const at = (click ?? open)?.timestamp ?? null
  return [{ id: idOf(found, at, reader), recipient: reader, kind: click ? 'click' : 'open', at }]
}

function suppressed(reason: string | null): LateOutcome {
  return { kind: 'esp-suppressed', by: 'ses', ...(reason !== null && { reason }) }
}

function reply(
  found: SesEvent,
  address: string,
  at: number | null,
  outcome: LateOutcome,
  feedbackId: string | null = null,
): LateReply {
  const { source } = found.mail
  return {
    id: feedbackId === null ? idOf(found, at, address) : `ses:${feedbackId}:${address}`,
    recipient: address,
    messageId: messageIdOf(found),
    trust: 'all',
    lane: 'ses',
    outcome,
    ...(at !== null && { at }),
    ...(source !== null && { sender: source }),
  }
}

function idOf(found: SesEvent, at: number | null, address: string): string {
  const type = found.eventType ?? found.notificationType
  return `ses:${found.mail.messageId}:${type}:${at ?? ''}:${address}`
}

function messageIdOf({ mail: { headers, commonHeaders, messageId } }: SesEvent): string {
  const named = headers.find(({ name }) => name.toLowerCase() === 'message-id')?.value
  return named ?? commonHeaders?.messageId ?? messageId
}
