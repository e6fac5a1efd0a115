import { addressIn } from '../message/addresses.ts'
import type { BounceRecipient } from './report.ts'
import { beginsWith, failed, reporterItself, type TextFormat } from './text-report.ts'

const mostRecipients = 100

/**
 * What Exchange and Microsoft 365 write for administrators where the RFC 3464 part is missing or says nothing: the recipient on a
 * line of its own, and below it `host #550 5.1.1 ... ##`, `<host #5.1.1 smtp;550 ...>` or `Remote Server returned '...'`.
 */
export const readExchange: TextFormat = (lines, { fields }) => {
  // Newer ones are a report by their MIME type; in any other mail it has to be the text itself.
  const isReport = fields.some(
    ({ name, value }) => name === 'content-type' && /^multipart\/report\b/i.test(value),
  )
  if (
    !isReport &&
    !beginsWith(lines, /^(?:Your message\b|Delivery has failed to|Diagnostic information for)/i)
  )
    return null
  const server = lines.find((line) => /^\s*Generating server:/i.test(line))
  const reached = lines.findIndex((line) =>
    /did not reach the following recipient|Generating server:/i.test(line),
  )
  if (reached < 0) return null
  const recipients: BounceRecipient[] = []
  let address: string | null = null
  for (const line of lines.slice(reached + 1)) {
    if (/^\s*Original message headers:/i.test(line)) break
    const said = saidIn(line)
    if (said !== null && address !== null) {
      recipients.push(failed(address, said.reply, said.host))
      address = null
      if (recipients.length >= mostRecipients) break
    } else if (said === null) address = addressIn(line) ?? address
  }
  if (recipients.length === 0) return null
  const reportingMta = server === undefined ? null : (/:\s*([\w.-]{1,253})/.exec(server)?.[1] ?? null)
  return { format: 'exchange', reportingMta, messageIds: [], recipients }
}

function saidIn(line: string): { reply: string; host: string | null } | null {
  const text = line.trim().slice(0, 2000)
  const returned = /Remote Server returned '([^']{1,1500})/i.exec(text)?.[1]
  if (returned !== undefined) return { reply: returned, host: null }
  const ims = /<([\w.-]{1,253}) #[245]\.\d{1,3}\.\d{1,3} (?:smtp; ?)?(.{1,1500})/i.exec(text)
  if (ims) return { reply: (ims[2] ?? '').replace(/>$/, ''), host: ims[1] ?? null }
  const line2007 = /^([\w.-]{0,253}) ?#<?(?:[\w.-]{1,253} )?#?(\d{3} .{1,1500})/.exec(text)
  if (line2007)
    return { reply: (line2007[2] ?? '').replace(/ ?#{1,2}$/, ''), host: line2007[1] || reporterItself }
  return null
}
