import type { MessageLike } from './nodemailer-shapes.ts'

// Nodemailer's address parser costs more than all else that is done for a mail, so it is left out where its answer is
// plain to see.
const plain = /^[a-z0-9_+-][a-z0-9._+-]{0,63}@[a-z0-9][a-z0-9.-]{0,252}$/
const plainName = /^[A-Za-z0-9][A-Za-z0-9 ]{0,99}$/

/** The envelope recipients of a mail, if all its address headers are plain; else `null`. */
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

/** The envelope sender of such a mail, if its From header is plain, with or without a plain name; else `null`. */
export function plainSender(message: MessageLike): string | null {
  let sender: string | null = null
  for (const { key, value } of message._headers as { key: unknown; value: unknown }[]) {
    if (key !== 'From') continue
    const address: string | null = typeof value === 'string' && sender === null ? plainFrom(value) : null
    if (address === null) return null
    sender = address
  }
  return sender
}

function plainFrom(value: string): string | null {
  const open = value.indexOf(' <')
  if (open === -1) return plain.test(value) ? value : null
  const address = value.slice(open + 2, -1)
  return value.endsWith('>') && plainName.test(value.slice(0, open)) && plain.test(address) ? address : null
}
