import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { MailData, MailLike, MessageLike } from './nodemailer-shapes.ts'

const bodies = ['html', 'text', 'watchHtml', 'amp', 'icalEvent', 'raw'] as const
const lists = ['attachments', 'alternatives'] as const

type Holder = Record<string, unknown>

/** True if the mail as a whole cannot be generated a second time with the same bytes. */
export function isSingleUseMail({ data, message }: MailLike): boolean {
  return hasSingleUseContent(data) || goesThroughStream(message)
}

/** A plugin may have the bytes go through a stream of its own: through a function that makes one they go as often as you like. */
function goesThroughStream({ _transforms }: MessageLike): boolean {
  return Array.isArray(_transforms) && _transforms.some((transform) => typeof transform !== 'function')
}

/** True if part of the content can be read only once, or may read differently the next time: streams, files, URLs. */
export function hasSingleUseContent(data: MailData): boolean {
  for (const key of bodies) if (isSingleUse(data[key])) return true
  for (const key of lists) {
    const list = data[key]
    if (Array.isArray(list) && list.some(isSingleUse)) return true
  }
  return false
}

function isSingleUse(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (isStream(value)) return true
  const { content, raw, path, href } = value as Holder
  return isStream(content) || Boolean(path) || Boolean(href) || isSingleUse(raw)
}

function isStream(value: unknown): value is Readable {
  return typeof value === 'object' && value !== null && typeof (value as Holder)['pipe'] === 'function'
}

/**
 * A copy of the data in which every stream is replaced by its bytes, in the MIME tree too: for transports that read
 * the data and not the tree. The caller's own objects stay as they are.
 */
export async function withoutStreams(data: MailData, message: MessageLike): Promise<MailData> {
  const read = new Map<unknown, Buffer>()
  const copy: MailData = { ...data }
  for (const key of bodies) if (key in copy) copy[key] = await bytesOf(copy[key], read)
  for (const key of lists) {
    const list = copy[key]
    if (Array.isArray(list)) copy[key] = await Promise.all(list.map((entry) => bytesOf(entry, read)))
  }
  replaceInTree(message, read)
  return copy
}

async function bytesOf(value: unknown, read: Map<unknown, Buffer>): Promise<unknown> {
  if (isStream(value)) {
    const bytes = read.get(value) ?? (await buffer(value))
    read.set(value, bytes)
    return bytes
  }
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value
  const { content, raw } = value as Holder
  if (!isStream(content) && !isStream(raw)) return value
  const copy: Holder = { ...value }
  if (isStream(content)) copy['content'] = await bytesOf(content, read)
  if (isStream(raw)) copy['raw'] = await bytesOf(raw, read)
  return copy
}

function replaceInTree(node: MessageLike, read: ReadonlyMap<unknown, Buffer>): void {
  const content = read.get(node.content)
  if (content) node.content = content
  const raw = read.get(node._raw)
  if (raw) node._raw = raw
  for (const child of node.childNodes ?? []) replaceInTree(child, read)
}
