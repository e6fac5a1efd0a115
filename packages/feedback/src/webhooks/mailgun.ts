import { createHmac, timingSafeEqual } from 'node:crypto'
import * as v from 'valibot'
import type { LateOutcome } from '../recorder/late-reply.ts'
import {
  bracketed,
  checked,
  optionalBoolean,
  optionalNumber,
  optionalObject,
  optionalText,
  optionalTime,
  parsedJson,
} from './lenient.ts'
import type { MailgunTokens } from './mailgun-tokens.ts'
import { isOwnWords } from './own-words.ts'
import { Refusal } from './refusal.ts'
import { checkedSecrets, type Secrets } from './secrets.ts'
import { outOfBand, type EspReader, type WebhookReport } from './webhook-report.ts'

/** Mailgun's webhooks, in JSON. */
export interface MailgunOptions {
  /** The HTTP webhook signing key of the account, or the old and the new one. */
  signingKey: Secrets
}

/**
 * How old a signature may be, seconds. Mailgun tries again for 8 hours, and does not say that it signs anew; each token is taken for one
 * body all that time.
 *
 * @see https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-retries
 */
const oldestSeconds = 32_400
/** How far a clock may be behind, seconds. */
const aheadSeconds = 300
const signatureFields = {
  timestamp: v.union([v.string(), v.number()]),
  token: v.string(),
  signature: v.string(),
}
const payload = v.object({ signature: v.object(signatureFields), 'event-data': v.unknown() })
const event = v.object({
  id: v.string(),
  event: v.string(),
  recipient: v.string(),
  timestamp: optionalTime,
  severity: optionalText,
  reason: optionalText,
  'delivery-status': optionalObject(
    v.object({
      code: optionalNumber,
      message: optionalText,
      description: optionalText,
      'mx-host': optionalText,
      'enhanced-code': optionalText,
    }),
  ),
  message: optionalObject(v.object({ headers: optionalObject(v.object({ 'message-id': optionalText })) })),
  envelope: optionalObject(v.object({ sender: optionalText })),
  flags: optionalObject(v.object({ 'is-delayed-bounce': optionalBoolean })),
  'client-info': optionalObject(v.object({ bot: optionalText })),
})
type MailgunEvent = v.InferOutput<typeof event>

/**
 * The signature covers the time and the token alone, so who sees one request could sign any other with it: each token is taken for
 * one body only.
 *
 * @throws FeedbackError `EARGUMENT`
 */
export function mailgunReader(
  { signingKey }: MailgunOptions,
  tokens: MailgunTokens,
  clock: () => number,
): EspReader {
  const keys = checkedSecrets('createWebhooks: mailgun.signingKey', signingKey)
  return {
    async read({ body }) {
      const { signature, 'event-data': raw } = checked(payload, parsedJson(body.toString('utf8')))
      const { token } = signature
      const stamp = String(signature.timestamp)
      if (
        !/^\d{1,12}$/.test(stamp) ||
        token === '' ||
        token.length > 200 ||
        !isSigned(stamp, token, signature.signature, keys)
      )
        throw new Refusal('ESIGNATURE', 'the signature of Mailgun is wrong')
      const ageMs = clock() - Number(stamp) * 1000
      if (ageMs > oldestSeconds * 1000 || ageMs < -aheadSeconds * 1000)
        throw new Refusal(
          'ETIMESTAMP',
          `it was signed more than ${oldestSeconds / 3600} h ago, or will be in ${aheadSeconds / 60} min; look at this machine's clock`,
        )
      // Also of what is no report: who saw it could sign another event with it.
      await tokens.take(token, body)
      const found = checked(event, raw)
      const report = reportOf(found)
      if (report === null) return []
      const isOutOfBand = found.event === 'failed' && found.flags?.['is-delayed-bounce'] === true
      return [{ report, event: raw, ...(isOutOfBand && { listed: outOfBand }) }]
    },
  }
}

function isSigned(stamp: string, token: string, given: string, keys: readonly string[]): boolean {
  const found = Buffer.from(given, 'hex')
  let isRight = false
  for (const key of keys) {
    const right = createHmac('sha256', key).update(stamp).update(token).digest()
    if (found.length === right.length && timingSafeEqual(found, right)) isRight = true
  }
  return isRight
}

/** @see https://documentation.mailgun.com/docs/mailgun/user-manual/events/event-structure */
function reportOf(found: MailgunEvent): WebhookReport | null {
  const { recipient, timestamp: at } = found
  const id = `mailgun:${found.id}:${recipient}`
  if (found.event === 'clicked' || found.event === 'opened') {
    const isBot = (found['client-info']?.bot ?? '') !== ''
    return isBot ? null : { id, recipient, kind: found.event === 'clicked' ? 'click' : 'open', at }
  }
  const outcome = outcomeOf(found)
  const sender = found.envelope?.sender ?? null
  return (
    outcome && {
      id,
      recipient,
      messageId: bracketed(found.message?.headers?.['message-id'] ?? null),
      trust: outcome.kind === 'reply' && (outcome.host ?? null) === null ? 'recipient' : 'all',
      lane: 'mailgun',
      outcome,
      ...(at !== null && { at }),
      ...(sender !== null && { sender }),
    }
  )
}

function outcomeOf(found: MailgunEvent): LateOutcome | null {
  const status = found['delivery-status']
  const host = status?.['mx-host'] || null
  switch (found.event) {
    case 'delivered':
      return { kind: 'delivered', host, ...(status?.message != null && { text: status.message }) }
    case 'failed': {
      if (found.reason?.startsWith('suppress'))
        return { kind: 'esp-suppressed', by: 'mailgun', reason: found.reason }
      const text = textOf(found)
      return text === null ? null : { kind: 'reply', text, host, final: found.severity !== 'temporary' }
    }
    case 'complained':
      return { kind: 'complaint' }
    case 'unsubscribed':
      return { kind: 'unsubscribe' }
    default:
      return null
  }
}

/** The reply. Codes of Mailgun's own, such as 498 and 605, are none. */
function textOf({ 'delivery-status': status }: MailgunEvent): string | null {
  const { code = null, message = null, description = null, 'enhanced-code': enhanced = null } = status ?? {}
  const text = message || description
  if (code === null || code < 400 || code >= 600 || code === 498 || code === 499 || !text) return null
  const needsEnhanced = enhanced !== null && !/^[245]\.\d{1,3}\.\d{1,3}/.test(text)
  const reply = /^[245]\d\d[ -]/.test(text) ? text : `${code} ${needsEnhanced ? `${enhanced} ` : ''}${text}`
  return isOwnWords(reply) ? null : reply
}
