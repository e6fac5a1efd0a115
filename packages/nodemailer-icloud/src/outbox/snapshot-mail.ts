import type { MailData, MailLike } from '../nodemailer-shapes.ts'
import type { MailSnapshot } from './mail-snapshot.ts'

type Callback<T> = (error: Error | null, value?: T) => void

const texts = ['html', 'text', 'watchHtml', 'amp'] as const
const lists = ['attachments', 'alternatives'] as const
const headers = {
  from: 'from',
  sender: 'sender',
  to: 'to',
  cc: 'cc',
  bcc: 'bcc',
  replyTo: 'reply-to',
} as const

/**
 * What Nodemailer's mails have for transports that read the data, for a stored one: all content is there already. `this` is the
 * view that a transport has, with its recipients.
 */
export function dataMethods({ normalizedHeaders }: MailSnapshot): object {
  return {
    resolveContent(holder: Record<string, unknown>, key: string, ...rest: unknown[]): unknown {
      const callback = rest.findLast((each) => typeof each === 'function') as Callback<unknown> | undefined
      const content = contentOf(holder[key])
      if (callback === undefined) return Promise.resolve(content)
      setImmediate(callback, null, content)
      return undefined
    },
    resolveAll(this: MailLike, callback: Callback<MailData>): void {
      resolveInto(this)
      setImmediate(callback, null, this.data)
    },
    normalize(this: MailLike, callback: Callback<MailData>): void {
      const { data, message } = this
      resolveInto(this)
      data['envelope'] = message.getEnvelope()
      data['messageId'] = message.messageId()
      for (const key of texts) {
        const content = contentOf(data[key])
        if (content) data[key] = content instanceof Uint8Array ? Buffer.from(content).toString() : content
      }
      for (const key of lists) {
        const list = data[key]
        if (Array.isArray(list)) data[key] = list.map(inBase64)
      }
      if (data['icalEvent']) data['icalEvent'] = inBase64(data['icalEvent'])
      data['normalizedHeaders'] = { ...normalizedHeaders }
      setImmediate(callback, null, data)
    },
  }
}

/** Addresses as lists, and each content in an object, as Nodemailer's own way has it. */
function resolveInto({ data, message }: MailLike): void {
  const addresses = message.getAddresses?.() ?? {}
  for (const [name, header] of Object.entries(headers)) {
    const list = message.getHeader?.(name)
    const found: unknown[] = Array.isArray(list) ? (list as unknown[]) : [addresses[header] ?? []].flat()
    const one = name === 'from' || name === 'sender'
    if (found.length > 0) data[name] = one ? found[0] : found
    else if (name in data) data[name] = null
  }
  for (const key of texts) if (data[key]) data[key] = { content: contentOf(data[key]) }
}

function contentOf(value: unknown): unknown {
  const isHolder = typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
  return isHolder && 'content' in value ? value.content : value
}

function inBase64(value: unknown): unknown {
  const content = contentOf(value)
  if (!(content instanceof Uint8Array)) return value
  return { ...(value as object), content: Buffer.from(content).toString('base64'), encoding: 'base64' }
}
