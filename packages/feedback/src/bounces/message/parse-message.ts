import PostalMime from 'postal-mime'
import { FeedbackError } from '../../errors.ts'
import { isCopyAnnounced } from './copy-announced.ts'

/** A header field as it stands, unfolded. */
export interface HeaderField {
  /** In lower case. */
  name: string
  /** Remote text. */
  value: string
}

/** A message taken apart. All of it is remote text. */
export interface ParsedMessage {
  /** From the top. */
  fields: readonly HeaderField[]
  /** What people read. */
  text: string
  /** Everything that is no text for people, such as a delivery status or a returned message. */
  parts: readonly { type: string; content: string }[]
}

const limits = { maxNestingDepth: 20, maxHeadersSize: 131_072, maxRfc822NestingDepth: 0 }
/** The parser takes some 15 µs for a line; a bounce has some hundred before the returned message, unless many failed at once. */
const mostLines = 8000
/** Lines of the returned message: its head is enough. */
const mostReturned = 300
const mostParts = 30
const longestText = 100_000

/**
 * Takes the beginning of a message apart.
 *
 * @throws FeedbackError `EINPUT` for what is no mail, such as parts within parts within parts
 */
export async function parseMessage(head: Buffer): Promise<ParsedMessage> {
  let email
  try {
    email = await PostalMime.parse(head.subarray(0, endOf(head)), limits)
  } catch (error) {
    const why = String((error as Error | null)?.message).slice(0, 100)
    throw new FeedbackError('EINPUT', `the message cannot be taken apart: ${why}`, { cause: error })
  }
  return {
    fields: email.headers.map(({ key, value }) => ({ name: key, value: unfolded(value) })),
    text: (email.text ?? textOf(email.html ?? '')).slice(0, longestText),
    parts: email.attachments.slice(0, mostParts).map(({ mimeType, content }) => ({
      type: mimeType.toLowerCase(),
      content: contentOf(content),
    })),
  }
}

/** The first value of a field; `null` if there is none. */
export function fieldOf(fields: readonly HeaderField[], name: string): string | null {
  return fields.find((field) => field.name === name)?.value ?? null
}

function endOf(head: Buffer): number {
  let left = mostLines
  let start = 0
  for (let end = head.indexOf(10); end !== -1; end = head.indexOf(10, start)) {
    if (--left <= 0) return end + 1
    if (left > mostReturned && isReturnedBelow(head, start, end)) left = mostReturned
    start = end + 1
  }
  return head.length
}

function isReturnedBelow(head: Buffer, start: number, end: number): boolean {
  const first = head[start]
  // `-`, `C` or `c`
  if (first !== 45 && first !== 67 && first !== 99) return false
  const line = head.toString('latin1', start, Math.min(end, start + 100))
  return (
    isCopyAnnounced(line) ||
    /^content-type: ?(?:message\/(?:rfc822|global)(?!-delivery)|text\/rfc822-headers)/i.test(line)
  )
}

function unfolded(value: string): string {
  return value.replace(/[\r\n\t ]+/g, ' ').trim()
}

function contentOf(content: string | ArrayBuffer | Uint8Array): string {
  if (typeof content === 'string') return content.slice(0, longestText)
  return Buffer.from(content as Uint8Array).toString('utf8', 0, longestText)
}

/** Some reports are for browsers only: the tags go, the words stay. */
function textOf(html: string): string {
  let text = ''
  let at = 0
  while (at < html.length) {
    const start = html.indexOf('<', at)
    if (start < 0) return text + html.slice(at)
    text += html.slice(at, start)
    const end = html.indexOf('>', start)
    if (end < 0) return text
    if (/^<(?:br|p|div|tr|li|h\d)\b/i.test(html.slice(start, start + 5))) text += '\n'
    at = end + 1
  }
  return text
}
