import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import * as v from 'valibot'
import { argument } from '../errors.ts'
import type { LateOutcome } from '../recorder/late-reply.ts'
import { eachOf, optionalBoolean, optionalText, optionalTime, parsedJson } from './lenient.ts'
import { isOwnWords } from './own-words.ts'
import { Refusal } from './refusal.ts'
import { outOfBand, type EspReader, type MadeReport, type WebhookReport } from './webhook-report.ts'

/** SendGrid's Event Webhook, with its signature turned on. */
export interface SendgridOptions {
  /** The verification key of the webhook's settings, or the old and the new one. */
  publicKey: string | readonly string[]
  /**
   * How far the signed time may be from now, seconds. Repeated requests are harmless within, as each event counts once. Default 600,
   * at least 60.
   */
  windowSeconds?: number
}

const event = v.object({
  event: v.string(),
  email: v.string(),
  sg_event_id: v.string(),
  sg_message_id: optionalText,
  'smtp-id': optionalText,
  timestamp: optionalTime,
  reason: optionalText,
  response: optionalText,
  sg_machine_open: optionalBoolean,
})
type SendgridEvent = v.InferOutput<typeof event>

/** @throws FeedbackError `EARGUMENT` */
export function sendgridReader(
  { publicKey, windowSeconds = 600 }: SendgridOptions,
  clock: () => number,
): EspReader {
  const keys = (Array.isArray(publicKey) ? publicKey : [publicKey]).map(keyOf)
  if (!(windowSeconds >= 60 && windowSeconds <= 86_400))
    throw argument('createWebhooks: sendgrid.windowSeconds', 'from 60 to 86,400', windowSeconds)
  return {
    async read({ headers, body }) {
      const stamp = headers.get('x-twilio-email-event-webhook-timestamp') ?? ''
      const signature = headers.get('x-twilio-email-event-webhook-signature') ?? ''
      if (!/^\d{1,12}$/.test(stamp) || signature === '' || signature.length > 200)
        throw new Refusal('ESIGNATURE', 'it carries no signature; turn the Signed Event Webhook on')
      const signed = Buffer.concat([Buffer.from(stamp), body])
      const bytes = Buffer.from(signature, 'base64')
      if (!keys.some((key) => verify('sha256', signed, key, bytes)))
        throw new Refusal('ESIGNATURE', 'the signature of SendGrid is wrong')
      if (Math.abs(clock() - Number(stamp) * 1000) > windowSeconds * 1000)
        throw new Refusal(
          'ETIMESTAMP',
          `it was signed more than ${windowSeconds} s from now; look at this machine's clock`,
        )
      return reportsIn(parsedJson(body.toString('utf8')))
    },
  }
}

function keyOf(given: unknown): KeyObject {
  const expected = "the verification key of SendGrid's settings (ECDSA, P-256)"
  if (typeof given !== 'string') throw argument('createWebhooks: sendgrid.publicKey', expected, given)
  let key: KeyObject
  try {
    key = given.includes('BEGIN')
      ? createPublicKey(given)
      : createPublicKey({ key: Buffer.from(given, 'base64'), format: 'der', type: 'spki' })
  } catch {
    throw argument('createWebhooks: sendgrid.publicKey', expected, given)
  }
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw argument('createWebhooks: sendgrid.publicKey', expected, key.asymmetricKeyType)
  return key
}

const events = eachOf(
  v.pipe(
    v.unknown(),
    v.transform((raw) => ({ raw, found: v.safeParse(event, raw) })),
  ),
)

function reportsIn(payload: unknown): MadeReport[] {
  return v.parse(events, payload).flatMap(({ raw, found }) => {
    const report = found.success ? reportOf(found.output) : null
    if (report === null) return []
    return [{ report, event: raw, ...(found.success && isOutOfBand(found.output) && { listed: outOfBand }) }]
  })
}

/** @see https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event */
function reportOf(found: SendgridEvent): WebhookReport | null {
  const { email, sg_event_id, timestamp: at } = found
  const id = `sendgrid:${sg_event_id}:${email}`
  if (found.event === 'click' || (found.event === 'open' && found.sg_machine_open !== true))
    return { id, recipient: email, kind: found.event, at }
  const outcome = outcomeOf(found)
  return (
    outcome && {
      id,
      recipient: email,
      messageId: found['smtp-id'] ?? found.sg_message_id?.split('.', 1)[0] ?? null,
      trust: 'all',
      lane: 'sendgrid',
      outcome,
      ...(at !== null && { at }),
    }
  )
}

/** SendGrid cannot say which message a delayed or asynchronous bounce is about, and only there. */
function isOutOfBand({ event: type, sg_message_id: message }: SendgridEvent): boolean {
  return (type === 'bounce' || type === 'blocked') && message === null
}

function outcomeOf({ event: type, reason, response }: SendgridEvent): LateOutcome | null {
  switch (type) {
    case 'delivered':
      return { kind: 'delivered', ...(response !== null && { text: response }) }
    case 'bounce':
    case 'blocked':
      return reason === null || isOwnWords(reason) ? null : { kind: 'reply', text: reason }
    case 'deferred': {
      const text = response ?? reason
      return text === null || isOwnWords(text) ? null : { kind: 'reply', text, final: false }
    }
    case 'dropped':
      // Others are dropped for what is in the message, or for a limit of the account.
      return /address|invalid/i.test(reason ?? '')
        ? { kind: 'esp-suppressed', by: 'sendgrid', reason: reason ?? '' }
        : null
    case 'spamreport':
      return { kind: 'complaint' }
    case 'unsubscribe':
    case 'group_unsubscribe':
      return { kind: 'unsubscribe' }
    default:
      return null
  }
}
