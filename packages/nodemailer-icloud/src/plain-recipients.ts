import type { MessageLike } from './nodemailer-shapes.ts'

// What Nodemailer's parser would give back as it is.
const plain = /^[a-z0-9_+-][a-z0-9._+-]{0,63}@[a-z0-9][a-z0-9.-]{0,252}$/

/**
 * The recipients of a mail whose address headers are so plain that they need no parser, which costs more than all else
 * here; `null` for any other mail.
 */
export function plainRecipients(message: MessageLike): string[] | null {
  const { _envelope, _headers } = message
  if (_envelope || !Array.isArray(_headers)) return null
  const recipients: string[] = []
  for (const { key, value } of _headers as { key: unknown; value: unknown }[]) {
    if (key !== 'To' && key !== 'Cc' && key !== 'Bcc') continue
    const addresses: unknown[] = Array.isArray(value) ? value : [value]
    for (const address of addresses) {
      if (typeof address !== 'string' || !plain.test(address) || recipients.includes(address)) return null
      recipients.push(address)
      if (recipients.length > 20) return null
    }
  }
  return recipients
}
