import { configError } from '../config-error.ts'
import type { MailData, MailLike } from '../nodemailer-shapes.ts'
import { dataToJson } from './data-json.ts'

/** What a transport for a web API finds in a mail besides its bytes. */
export interface MailSnapshot {
  /** With all content in it: no streams, paths or URLs. */
  data: Record<string, unknown>
  /** As `message.getAddresses` gives them. */
  addresses: Record<string, unknown>
  /** As `mail.normalize` makes them. */
  normalizedHeaders: Record<string, unknown>
}

interface Resolvable extends MailLike {
  resolveAll(callback: (error: Error | null, data?: MailData) => void): void
  normalize(callback: (error: Error | null, data?: MailData) => void): void
}

/** What stays in this process, or is stored elsewhere. */
const notStored: ReadonlySet<string> = new Set(['signal', 'deliverBy', 'onUndelivered', 'auth', 'mailer'])
const texts = ['html', 'text', 'watchHtml', 'amp'] as const
const lists = ['attachments', 'alternatives'] as const

/**
 * A mail as JSON. Nodemailer itself reads what has to be read; the caller's own objects stay as they are.
 *
 * @param given the data, in which streams were replaced by their bytes
 * @throws Error `ECONFIG` for what cannot be stored, and what reading files and URLs rejects with
 */
export async function snapshotOf(mail: MailLike, given: MailData): Promise<string> {
  if (!isResolvable(mail))
    throw configError(
      'a mail with an outbox',
      'one that Nodemailer made, for a transport that reads its data',
      mail,
    )
  const kept = Object.fromEntries(Object.entries(given).filter(([key]) => !notStored.has(key)))
  const read = await called(mail, copyOf(kept), 'resolveAll')
  const data: Record<string, unknown> = { ...kept }
  for (const key of texts) data[key] = contentOf(read[key])
  for (const key of lists) data[key] = read[key]
  if (kept['icalEvent'] !== undefined) data['icalEvent'] = read['icalEvent']
  // Only the headers are of interest.
  const bare = {
    ...kept,
    attachments: undefined,
    alternatives: undefined,
    icalEvent: undefined,
    raw: undefined,
  }
  const empty = Object.fromEntries(texts.map((key) => [key, undefined]))
  const { normalizedHeaders = {} } = await called(mail, { ...bare, ...empty }, 'normalize')
  const addresses = mail.message.getAddresses?.() ?? {}
  return dataToJson({ data, addresses, normalizedHeaders })
}

function isResolvable(mail: MailLike): mail is Resolvable {
  const { resolveAll, normalize } = mail as Partial<Resolvable>
  return typeof resolveAll === 'function' && typeof normalize === 'function'
}

/** Calls a method of a mail that writes into its data, on a copy. */
function called(mail: Resolvable, data: MailData, method: 'resolveAll' | 'normalize'): Promise<MailData> {
  const copy = Object.create(mail, { data: { value: data, writable: true } }) as Resolvable
  return new Promise((resolve, reject) => {
    copy[method]((error, result) => (error ? reject(error) : resolve(result ?? data)))
  })
}

/** A copy as deep as Nodemailer writes. */
function copyOf(data: Record<string, unknown>): MailData {
  const copy: MailData = { ...data }
  for (const key of lists) {
    const list = data[key]
    if (Array.isArray(list)) copy[key] = list.map(shallow)
  }
  return copy
}

function shallow(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return { ...value }
}

function contentOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'content' in value ? value.content : value
}
