import { Readable } from 'node:stream'
import type { MailData, MailLike, MessageLike } from '../nodemailer-shapes.ts'
import { dataFromJson } from './data-json.ts'
import type { OutboxEntry } from './entry.ts'
import { unframed } from './framed-body.ts'
import type { MailSnapshot } from './mail-snapshot.ts'
import { dataMethods } from './snapshot-mail.ts'

/** What transports take from the data of a mail, besides its bytes and its envelope. */
const kept = ['ses', 'requireTLSExtensionEnabled'] as const

/** What of the data of a mail has to be stored with it. */
export function storedData(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const stored: Record<string, unknown> = {}
  for (const name of kept) if (data[name] !== undefined) stored[name] = data[name]
  return stored
}

/** A stored message, ready to be sent. */
export interface StoredMail {
  mail: MailLike
  /** The MIME. */
  bytes: Buffer
  /** For transports that read the data; `null` if it was not stored. */
  data: MailData | null
}

/**
 * A stored message as the inner transport takes it: its bytes are those that were stored, signature and all.
 *
 * @throws Error for a body that is damaged
 */
export function storedMail(entry: OutboxEntry, body: Uint8Array): StoredMail {
  // The bytes are gone where only hooks are left to be told.
  if (!entry.hasData || body.length === 0) {
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    return { mail: { data: { ...entry.data }, message: messageOf(entry, bytes, {}) }, bytes, data: null }
  }
  const { json, mime } = unframed(body)
  const snapshot = dataFromJson(json) as unknown as MailSnapshot
  const { data, addresses } = snapshot
  const mail = { data, message: messageOf(entry, mime, addresses), ...dataMethods(snapshot) }
  return { mail, bytes: mime, data }
}

function messageOf(
  entry: OutboxEntry,
  bytes: Buffer,
  addresses: Readonly<Record<string, unknown>>,
): MessageLike & { build: (callback?: (error: null, bytes: Buffer) => void) => unknown } {
  return {
    getEnvelope: () => ({ ...entry.envelope, to: entry.recipients.map(({ address }) => address) }),
    messageId: () => entry.messageId,
    createReadStream: () => readableOf(bytes),
    build: (callback) =>
      callback ? void setImmediate(callback, null, bytes) : Promise.resolve(Buffer.from(bytes)),
    // The pool asks for it each time.
    getHeader: (name) => (name.toLowerCase() === 'message-id' ? entry.messageId : headerIn(bytes, name)),
    getAddresses: () => ({ ...addresses }),
    // SES looks for the sender here.
    get _headers() {
      const from = headerIn(bytes, 'from')
      return from === undefined ? [] : [{ key: 'From', value: from }]
    },
  }
}

/** In pieces, so that a transport that reads slowly is not handed everything at once. */
export function readableOf(bytes: Buffer): Readable {
  const piece = 64 << 10
  let at = 0
  return new Readable({
    read() {
      if (at >= bytes.length) return void this.push(null)
      const next = bytes.subarray(at, at + piece)
      at += piece
      this.push(next)
    },
  })
}

/** The first header of this name, unfolded. */
function headerIn(bytes: Buffer, name: string): string | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  const head = bytes.subarray(0, end < 0 ? bytes.length : end).toString()
  const start = `${name.toLowerCase()}:`
  const line = head
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .find((each) => each.slice(0, start.length).toLowerCase() === start)
  return line?.slice(start.length).trim()
}
