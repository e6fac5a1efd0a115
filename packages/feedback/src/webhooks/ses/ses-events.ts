import * as v from 'valibot'
import type { LateOutcome, LateReply } from '../../recorder/late-reply.ts'
import { checked, eachOf, optionalBoolean, optionalObject, optionalText, optionalTime } from '../lenient.ts'
import { isOwnWords } from '../own-words.ts'
import { outOfBand, type MadeReport, type WebhookReport } from '../webhook-report.ts'

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
      remoteMtaIp: optionalText,
    }),
  ),
  complaint: v.nullish(
    v.object({
      complaintSubType: optionalText,
      complaintFeedbackType: optionalText,
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
const ownListWords = /^\s*amazon ses (?:has suppressed|did not send)/i
/** What a complaint says that is none (RFC 5965, 7.3; RFC 6591). */
const noComplaints = new Set(['not-spam', 'auth-failure'])

/** What an event says of one recipient. */
type Told = Omit<MadeReport, 'event'>

/**
 * What SES says of a message, by its notifications or by event publishing.
 *
 * @see https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
 * @throws Refusal `EPAYLOAD`
 */
export function sesReports(payload: unknown): Told[] {
  const found = checked(event, payload)
  switch (found.eventType ?? found.notificationType ?? '') {
    case 'Bounce':
      return bounces(found)
    case 'Complaint':
      return complaints(found)
    case 'Delivery':
      return deliveries(found).map(alone)
    case 'DeliveryDelay':
      return delays(found).map(alone)
    case 'Open':
    case 'Click':
    case 'Subscription':
      return ofReader(found).map(alone)
    default:
      return []
  }
}

function alone(report: WebhookReport): Told {
  return { report }
}

function bounces(found: SesEvent): Told[] {
  const {
    bouncedRecipients = [],
    timestamp = null,
    feedbackId = null,
    bounceSubType = null,
    remoteMtaIp = null,
  } = found.bounce ?? {}
  return bouncedRecipients.flatMap(({ emailAddress, diagnosticCode: text }) => {
    if (ownLists.has(bounceSubType ?? '') || ownListWords.test(text ?? ''))
      return [
        alone(reply(found, emailAddress, timestamp, suppressed(text ?? bounceSubType), { id: feedbackId })),
      ]
    if (text === null || isOwnWords(text)) return []
    // Only where SES was connected to a host when it was refused does it name its address.
    const trust = remoteMtaIp === null ? 'recipient' : 'all'
    const report = reply(found, emailAddress, timestamp, { kind: 'reply', text }, { id: feedbackId, trust })
    // Each of several recipients knows the return path that a bounce message of the others would come to.
    const isAnybodys = trust === 'recipient' && found.mail.destination.length !== 1
    return [{ report, ...(isAnybodys && { listed: outOfBand }) }]
  })
}

function complaints(found: SesEvent): Told[] {
  const {
    complainedRecipients = [],
    timestamp = null,
    feedbackId: id = null,
    complaintSubType = null,
    complaintFeedbackType: type = null,
  } = found.complaint ?? {}
  if (noComplaints.has(type ?? '')) return []
  const isOwnList = ownLists.has(complaintSubType ?? '')
  const outcome: LateOutcome = isOwnList ? suppressed(complaintSubType) : { kind: 'complaint' }
  // The report names nobody, so SES lists all whom it may have been.
  const isSuspicion = !isOwnList && complainedRecipients.length > 1
  return complainedRecipients.map(({ emailAddress }) => ({
    report: reply(found, emailAddress, timestamp, outcome, { id }),
    ...(isSuspicion && { listed: 'one of several may have complained, and SES does not know who' }),
  }))
}

function deliveries(found: SesEvent): WebhookReport[] {
  const { recipients = [], smtpResponse: text = null, timestamp = null } = found.delivery ?? {}
  const outcome: LateOutcome = { kind: 'delivered', ...(text !== null && { text }) }
  return recipients.map((address) => reply(found, address, timestamp, outcome))
}

function delays(found: SesEvent): WebhookReport[] {
  const { delayedRecipients = [], timestamp = null } = found.deliveryDelay ?? {}
  return delayedRecipients.flatMap(({ emailAddress, diagnosticCode: text }) =>
    text === null || isOwnWords(text)
      ? []
      : reply(found, emailAddress, timestamp, { kind: 'reply', text, final: false }),
  )
}

/** These do not say whose they are: with one recipient it can only be him. */
function ofReader(found: SesEvent): WebhookReport[] {
  const [given, ...others] = found.mail.destination
  if (given === undefined || others.length > 0) return []
  const reader = bare(given)
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

/** The address of `Anna <anna@icloud.com>`. */
function bare(given: string): string {
  const text = given.trim()
  return text.endsWith('>') ? text.slice(text.lastIndexOf('<') + 1, -1) : text
}

function reply(
  found: SesEvent,
  given: string,
  at: number | null,
  outcome: LateOutcome,
  { id = null, trust = 'all' }: { id?: string | null; trust?: LateReply['trust'] } = {},
): LateReply {
  const { source } = found.mail
  const address = bare(given)
  return {
    id: id === null ? idOf(found, at, address) : `ses:${id}:${address}`,
    recipient: address,
    messageId: messageIdOf(found),
    trust,
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
