import { addressIn } from '../message/addresses.ts'
import { beginsWith, failed, reporterItself, type TextFormat, withoutCopy } from './text-report.ts'

const opening = /^Delivery to the following recipients? (?:failed permanently|has been delayed):/i
const longestText = 20_000

/** Google's text of before it had an RFC 3464 part, which others took over. One recipient each. */
export const readGmail: TextFormat = (all) => {
  const lines = withoutCopy(all)
  if (!beginsWith(lines, opening)) return null
  const start = lines.findIndex((line) => opening.test(line.trim()))
  const isDelayed = /delayed/i.test(lines[start] ?? '')
  const address = addressIn(lines.slice(start + 1, start + 6).join(' '))
  if (address === null) return null
  const text = lines
    .slice(start + 1)
    .join(' ')
    .slice(0, longestText)
  const said = text.search(/The error that the other server returned was:/i)
  const quoted = said < 0 ? undefined : text.slice(text.indexOf(':', said) + 1)
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
