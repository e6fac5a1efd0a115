import PostalMime, { type Attachment, type Email, type Mailbox } from 'postal-mime'
import { found, type Finding } from '../findings/finding.ts'
import { readHeaderBlock, type HeaderBlock } from './header-block.ts'

/** A file that goes with the message. */
export interface MessageFile {
  /** As the message names it; empty if it does not. Remote text. */
  name: string
  type: string
  /** An image that the text shows. */
  isInline: boolean
  bytes: Uint8Array
}

export interface ParsedMessage {
  headers: HeaderBlock
  subject: string
  from: readonly Mailbox[]
  replyTo: readonly Mailbox[]
  text: string
  html: string
  files: readonly MessageFile[]
}

/** The parser takes some 15 µs for each line of text, and megabytes of line ends would take it minutes. */
const mostLines = 50_000

/** A message that was taken apart, and how many lines of text that took. */
export interface Parsed {
  message: ParsedMessage
  findings: Finding[]
  lines: number
}

/** Takes the message apart. What cannot be, is a finding and leaves the rest empty. */
export async function parseMessage(bytes: Buffer, most: number = mostLines): Promise<Parsed> {
  const headers = readHeaderBlock(bytes)
  const findings: Finding[] = []
  const { end, lines } = readable(bytes, most)
  if (end < bytes.length)
    findings.push(
      found('content-not-checked', {
        where: `byte ${end}`,
        evidence: `more than ${most} lines of text`,
      }),
    )
  const limits = { maxNestingDepth: 50, maxHeadersSize: 512 * 1024, maxRfc822NestingDepth: 1 }
  const email = await PostalMime.parse(bytes.subarray(0, end), limits).catch((error: Error): Email => {
    findings.push(found('mime-broken', { where: 'message', evidence: error.message }))
    return { headers: [], headerLines: [], attachments: [] }
  })
  return {
    findings,
    lines,
    message: {
      headers,
      subject: email.subject ?? '',
      from: mailboxes(email.from === undefined ? [] : [email.from]),
      replyTo: mailboxes(email.replyTo ?? []),
      text: email.text ?? '',
      html: email.html ?? '',
      files: email.attachments.map(fileOf),
    },
  }
}

/** Where to stop. Files in base64, whose lines are long and without a space, are cheap and may be of any size. */
function readable(bytes: Buffer, most: number): { end: number; lines: number } {
  let lines = 0
  let start = 0
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    const isCheap = end - start > 60 && !bytes.subarray(start, end).includes(32)
    if (!isCheap && ++lines > most) return { end: start, lines: most }
    start = end + 1
  }
  return { end: bytes.length, lines }
}

function mailboxes(addresses: NonNullable<Email['replyTo']>): Mailbox[] {
  return addresses.flatMap((one) => one.group ?? [one])
}

function fileOf({ filename, mimeType, disposition, related, content }: Attachment): MessageFile {
  const isInline = (related === true || disposition === 'inline') && mimeType.startsWith('image/')
  const bytes =
    typeof content === 'string'
      ? Buffer.from(content)
      : content instanceof Uint8Array
        ? content
        : new Uint8Array(content)
  return { name: filename ?? '', type: mimeType, isInline, bytes }
}
