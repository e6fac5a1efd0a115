import type { Readable } from 'node:stream'
import type { EnvelopeLike, MailData, MailLike, MessageLike } from './nodemailer-shapes.ts'

/** What one transaction changes of a mail. */
export interface ViewOptions {
  /** The envelope of the whole message, as it was before any attempt. */
  envelope: Readonly<EnvelopeLike>
  recipients: readonly string[]
  /** Opens the bytes of the message. */
  open: (...args: unknown[]) => Readable
  /** For transports that take recipients from the data and not from the envelope; else `null`. */
  data: MailData | null
  /** Called when the bytes were read to the end. */
  onBodyRead: () => void
  /** A message that a closed connection kept from going out comes back, and is not sent again by the transport itself. */
  comesBack: boolean
  /** Called with each envelope that is given out. */
  onEnvelope: (envelope: EnvelopeLike) => void
}

/**
 * A mail that goes to some of its recipients only. The mail itself stays as it is, so that any number of views can
 * be on their way at once; headers, Message-ID and boundaries are those of the mail.
 */
export function viewOf(mail: MailLike, options: ViewOptions): MailLike {
  const addressed = options.data === null ? null : addressHeaders(mail.message, options.recipients)
  const message = viewOfMessage(mail.message, options, addressed)
  const data =
    options.data === null
      ? dataOfMime(mail.data, options)
      : addressData(options.data, addressed ?? {}, options)
  return new Proxy(mail, {
    // Methods are not bound: `normalize` and the like have to see the view's data and message.
    get(target, property, receiver) {
      if (property === 'message') return message
      if (property === 'data') return data
      return Reflect.get(target, property, receiver) as unknown
    },
  })
}

function viewOfMessage(message: MessageLike, options: ViewOptions, addressed: Addressed | null): MessageLike {
  const { envelope, recipients } = options
  const overrides = new Map<string | symbol, unknown>([
    // SMTPConnection writes its state into the envelope and takes it from there again, so each caller gets its own.
    [
      'getEnvelope',
      () => {
        const fresh = { ...envelope, to: [...recipients] }
        options.onEnvelope(fresh)
        return fresh
      },
    ],
    [
      'createReadStream',
      (...args: unknown[]) => {
        const stream = options.open(...args)
        stream.once('end', options.onBodyRead)
        // By this Nodemailer's pool tells whether it may hide that Apple closed the connection, and send at once over another.
        if (options.comesBack) Object.defineProperty(stream, 'readableDidRead', { value: true })
        return stream
      },
    ],
  ])
  if (addressed && message.getHeader) {
    overrides.set('getHeader', (key: string) => {
      const list = addressed[key.toLowerCase()]
      return list ?? message.getHeader?.(key)
    })
  }
  return new Proxy(message, {
    get(target, property) {
      const override = overrides.get(property)
      if (override !== undefined) return override
      const value = Reflect.get(target, property, target) as unknown
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
    set: (target, property, value) => Reflect.set(target, property, value, target),
  })
}

type Address = { address: string; name?: string }
type Addressed = Record<string, Address[]>

/**
 * To, Cc and Bcc with the recipients of this view only. A mail whose To was left empty by that gets one, as most web APIs take none
 * without: those of Cc, who see each other anyway, or the only one of Bcc.
 */
function addressHeaders(message: MessageLike, recipients: readonly string[]): Addressed {
  const allowed = new Set(recipients)
  const addressed: Addressed = {}
  for (const [key, list] of Object.entries(addressesOf(message)))
    addressed[key] = list.filter(({ address }) => allowed.has(address))
  const { to, cc = [], bcc = [] } = addressed
  if (to?.length !== 0) return addressed
  if (cc.length > 0) return { ...addressed, to: cc, cc: [] }
  return bcc.length === 1 ? { ...addressed, to: bcc, bcc: [] } : addressed
}

/** True if a mail that has a To goes to several of its Bcc and to nobody else: one To for all of them would tell who they are. */
export function isForHiddenOnly(message: MessageLike, recipients: readonly string[]): boolean {
  if (recipients.length < 2) return false
  const { to = [], cc = [] } = addressesOf(message)
  const seen = new Set([...to, ...cc].map(({ address }) => address))
  return to.length > 0 && !recipients.some((recipient) => seen.has(recipient))
}

/** Those in To, Cc and Bcc, each as Nodemailer reads it. */
function addressesOf(message: MessageLike): Addressed {
  const all = message.getAddresses?.() ?? {}
  const addresses: Addressed = {}
  for (const key of ['to', 'cc', 'bcc']) {
    const list = all[key]
    if (Array.isArray(list)) addresses[key] = (list as Partial<Address>[]).filter(hasAddress)
  }
  return addresses
}

function hasAddress(entry: Partial<Address>): entry is Address {
  return Boolean(entry.address)
}

/** Whom a transport writes to that takes the recipients from the data, whatever the envelope says. */
export function namedRecipients(message: MessageLike): string[] {
  const all = Object.values(addressesOf(message)).flat()
  return [...new Set(all.map(({ address }) => address))]
}

/** For transports that read the bytes. Those of Nodemailer 7 and 8 take the envelope of the data before that of the message. */
function dataOfMime(data: MailData, { envelope, recipients }: ViewOptions): MailData {
  if (!data['envelope']) return data
  const fresh = { ...envelope, to: [...recipients] }
  // What a transport writes into the data, such as what DKIM is to skip, goes where it always went.
  return new Proxy(data, {
    get: (target, property, receiver) =>
      property === 'envelope' ? fresh : (Reflect.get(target, property, receiver) as unknown),
  })
}

function addressData(data: MailData, addressed: Addressed, options: ViewOptions): MailData {
  const copy: MailData = { ...data }
  for (const key of ['to', 'cc', 'bcc']) {
    if (data[key] !== undefined && data[key] !== null) copy[key] = addressed[key] ?? []
  }
  if (data['envelope']) copy['envelope'] = { ...options.envelope, to: [...options.recipients] }
  return copy
}
