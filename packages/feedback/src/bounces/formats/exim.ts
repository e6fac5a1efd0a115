import { addressIn } from '../message/addresses.ts'
import type { BounceRecipient } from './report.ts'
import { beginsWith, failed, reporterItself, withoutCopy, type TextFormat } from './text-report.ts'

/**
 * Exim's own text (`bounce_message_file` may change the words around it): each address is indented by two, and what is said about
 * it by four. Exim 4.88 and newer adds an RFC 3464 part, which is read instead.
 */
export const readExim: TextFormat = (all, { fields }) => {
  const lines = withoutCopy(all)
  const opening = lines.findIndex((line) => /created automatically by mail delivery software/i.test(line))
  const isQuoted = !beginsWith(lines, /created automatically by mail delivery software/i)
  // Where the words around it are others, the field is there.
  if (opening < 0 || (isQuoted && !fields.some(({ name }) => name === 'x-failed-recipients'))) return null
  const isWarning = lines.some((line) => /has not yet been delivered|delay_warning/i.test(line))
  const start = lines.findIndex(
    (line, at) => at > opening && /following address(?:\(es\)|es)?(?: have| has)?.{0,40}:\s*$/i.test(line),
  )
  const recipients: BounceRecipient[] = []
  let address: string | null = null
  let said: string[] = []
  const end = (): void => {
    if (address !== null) recipients.push(recipientOf(address, said, isWarning))
    address = null
    said = []
  }
  for (const line of start < 0 ? [] : lines.slice(start + 1)) {
    if (/^ {2,3}\S/.test(line)) {
      end()
      address = addressIn(line.replace(/\(generated from.*/i, ''))
    } else if (/^ {4,}\S/.test(line)) said.push(line.trim())
    else if (line.trim() !== '') break
  }
  end()
  if (recipients.length === 0 && isWarning) {
    const named = fields.find(({ name }) => name === 'x-failed-recipients')
    const one = named === undefined ? null : addressIn(named.value)
    if (one !== null) recipients.push(failed(one, '', reporterItself, 'delayed'))
  }
  return { format: 'exim', reportingMta: null, messageIds: [], recipients }
}

function recipientOf(address: string, said: readonly string[], isWarning: boolean): BounceRecipient {
  const text = said.join(' ')
  const isRemote = /SMTP error from remote (?:mail )?server/i.test(text)
  const host = /\bhost ([\w.-]{1,253}) ?\[/.exec(text)?.[1] ?? null
  return failed(
    address,
    text,
    isRemote ? (host ?? reporterItself) : reporterItself,
    isWarning ? 'delayed' : 'failed',
  )
}
