import { readDeliveryStatus } from './formats/delivery-status.ts'
import { readExchange } from './formats/exchange.ts'
import { readExim } from './formats/exim.ts'
import { readGmail } from './formats/gmail.ts'
import { readQmail } from './formats/qmail.ts'
import type { BounceRecipient, BounceReport } from './formats/report.ts'
import { addressesIn, fromXtext } from './message/addresses.ts'
import { fieldOf, parseMessage, type HeaderField, type ParsedMessage } from './message/parse-message.ts'
import { readHead, type MessageSource } from './message/read-head.ts'
import { returnedFields } from './message/returned-message.ts'

/** A message as far as it matters here. All of it is remote text, and may be made up. */
export interface Bounce {
  /** `null`: it reports nothing, such as an answer, an out-of-office note or a newsletter. */
  report: BounceReport | null
  /** The head of the message that reports. */
  fields: readonly HeaderField[]
  /** Its Date, ms since the epoch. */
  date: number | null
  /** Ids that the message that could not be delivered may have. */
  messageIds: readonly string[]
  /** Addresses that are named anywhere in it. */
  addresses: readonly string[]
  /** Bytes of all of it. */
  size: number
}

const textFormats = [readExim, readQmail, readGmail, readExchange]
const mostLines = 5000
const mostAddresses = 200

/**
 * Reads a bounce message: RFC 3464, and the texts of Exim, qmail, older Google and Exchange servers. 256 KiB of it are looked
 * at.
 *
 * @throws FeedbackError `EINPUT` for what is no mail, and what reading the source throws
 */
export async function readBounce(source: MessageSource): Promise<Bounce> {
  const { bytes, size } = await readHead(source)
  const mayReport = isLikeReport(bytes)
  const message = await parseMessage(mayReport ? bytes : headOf(bytes))
  const report = mayReport ? reportIn(message) : null
  const { fields } = message
  const returned = returnedFields(message)
  const date = Date.parse((fieldOf(fields, 'date') ?? '').slice(0, 100))
  return {
    report,
    fields,
    date: Number.isFinite(date) ? date : null,
    messageIds: messageIdsIn(report, returned, fields),
    addresses: addressesNamed(report, returned, message),
    size,
  }
}

/** What each form has in it somewhere. Most mail has none of it, and need not be taken apart. */
const signs = [
  'delivery-status',
  'mail delivery software',
  'Hi. This is the',
  'following recipient',
  'Generating server',
].map((sign) => Buffer.from(sign))

function isLikeReport(bytes: Buffer): boolean {
  return signs.some((sign) => bytes.includes(sign)) || /delivery-status/i.test(bytes.toString('latin1'))
}

function headOf(bytes: Buffer): Buffer {
  const ends = [bytes.indexOf('\n\n'), bytes.indexOf('\n\r\n')].filter((end) => end >= 0)
  return ends.length === 0 ? bytes : bytes.subarray(0, Math.min(...ends) + 1)
}

function reportIn(message: ParsedMessage): BounceReport | null {
  const { fields } = message
  const isReport = isDeliveryReport(fieldOf(fields, 'content-type') ?? '')
  const part = message.parts.find(({ type }) => /^message\/(?:global-)?delivery-status$/.test(type))
  const report = part === undefined || !isReport ? null : readDeliveryStatus(part.content)
  if (report !== null && report.recipients.every(({ reply }) => hasWords(reply))) return report
  // Exim has both; whoever answers a bounce, and quotes it, has the first one only.
  const isAnswer = /^auto-replied\b/i.test(fieldOf(fields, 'auto-submitted') ?? '')
  if (!isReport && isAnswer && fieldOf(fields, 'x-failed-recipients') === null) return null
  const lines = message.text.split(/\r?\n/, mostLines)
  for (const read of textFormats) {
    const inText = read(lines, message)
    if (inText !== null && inText.recipients.length > 0)
      return report === null ? inText : withWords(report, inText.recipients)
  }
  return report
}

/** A delivery status in any other mail is of somebody who passes a bounce on, or asks what it is about (RFC 6522). */
function isDeliveryReport(contentType: string): boolean {
  return (
    /^multipart\/report\s*(?:;|$)/i.test(contentType) &&
    /;\s*report-type\s*=\s*"?(?:global-)?delivery-status"?\s*(?:;|$)/i.test(contentType)
  )
}

function hasWords(reply: string): boolean {
  return /[a-z]{2}/i.test(reply)
}

/** What the delivery status leaves out may stand in the text. */
function withWords(report: BounceReport, inText: readonly BounceRecipient[]): BounceReport {
  const recipients = report.recipients.map((recipient) => {
    if (hasWords(recipient.reply)) return recipient
    const { finalRecipient } = recipient
    const said = inText.find((one) => one.finalRecipient?.toLowerCase() === finalRecipient?.toLowerCase())
    return said === undefined ? recipient : { ...recipient, reply: said.reply, host: said.host }
  })
  return { ...report, recipients }
}

function messageIdsIn(
  report: BounceReport | null,
  returned: readonly HeaderField[],
  fields: readonly HeaderField[],
): string[] {
  const own = [fieldOf(returned, 'message-id'), ...(report?.messageIds ?? [])]
  const answered = ['in-reply-to', 'references'].flatMap(
    (name) => fieldOf(fields, name)?.split(/\s+/, 20) ?? [],
  )
  // Some hosts record mail under their queue id.
  const queued = returned
    .filter(({ name }) => name === 'received')
    .slice(0, 10)
    .map(({ value }) => /\bid ([\w.-]{1,200})/.exec(value)?.[1] ?? null)
  const all = [...own, ...answered, ...queued]
  return [...new Set(all.filter((id) => id !== null && id !== ''))].slice(0, 40) as string[]
}

function addressesNamed(
  report: BounceReport | null,
  returned: readonly HeaderField[],
  message: ParsedMessage,
): string[] {
  const ofReport = (report?.recipients ?? []).flatMap(({ finalRecipient, originalRecipient }) => [
    finalRecipient ?? [],
    originalRecipient ?? [],
    originalRecipient === null ? [] : fromXtext(originalRecipient),
  ])
  const inHeads = [
    fieldOf(message.fields, 'x-failed-recipients'),
    ...returned
      .filter(({ name }) => ['to', 'cc', 'delivered-to', 'x-original-to', 'envelope-to'].includes(name))
      .map(({ value }) => value),
  ].flatMap((value) => (value === null ? [] : addressesIn(value)))
  return [...new Set([...ofReport.flat(), ...inHeads, ...addressesIn(message.text)])].slice(0, mostAddresses)
}
