import { addressIn } from '../message/addresses.ts'
import { failed, reporterItself, type TextFormat, withoutCopy } from './text-report.ts'

/** Google's text of before it had an RFC 3464 part, which others took over. One recipient each. */
export const readGmail: TextFormat = (all) => {
  const lines = withoutCopy(all)
  const start = lines.findIndex((line) =>
    /^Delivery to the following recipients? (?:failed permanently|has been delayed):/i.test(line.trim()),
  )
  if (start < 0) return null
  const isDelayed = /delayed/i.test(lines[start] ?? '')
  const address = addressIn(lines.slice(start + 1, start + 6).join(' '))
  if (address === null) return null
  const text = lines.slice(start + 1).join(' ')
  const quoted = /The error that the other server returned was:\s*(.*)$/i.exec(text)?.[1]
  const host = /\bby ([\w.-]{1,253}?)\.? ?\[/.exec(text)?.[1] ?? null
  const reply = quoted ?? text
  const isRemote = quoted !== undefined
  return {
    format: 'gmail',
    reportingMta: null,
    messageIds: [],
    recipients: [failed(address, reply, isRemote ? host : reporterItself, isDelayed ? 'delayed' : 'failed')],
  }
}
