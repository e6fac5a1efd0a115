import { addressIn } from '../message/addresses.ts'
import type { BounceRecipient } from './report.ts'
import { failed, reporterItself, type TextFormat, withoutCopy } from './text-report.ts'

/**
 * QSBMF (cr.yp.to/proto/qsbmf.txt), as qmail and its kin write it: paragraphs, the first of which begins with `Hi. This is the`.
 * One that begins with `<` is about the recipient whose address stands there, up to a colon.
 */
export const readQmail: TextFormat = (all) => {
  const lines = withoutCopy(all)
  const [first = ''] = lines.filter((line) => line.trim() !== '')
  if (!first.startsWith('Hi. This is the')) return null
  const reportingMta = / at ([\w.-]{1,253}?)\.?\s*$/.exec(first)?.[1] ?? null
  const recipients: BounceRecipient[] = []
  let paragraph: string[] = []
  for (const line of [...lines, '']) {
    if (line.trim() !== '') {
      paragraph.push(line)
      continue
    }
    const [head = '', ...rest] = paragraph
    const address = head.startsWith('<') && /:\s*$/.test(head) ? addressIn(head) : null
    if (address !== null) recipients.push(recipientOf(address, rest))
    paragraph = []
  }
  return { format: 'qmail', reportingMta, messageIds: [], recipients }
}

function recipientOf(address: string, said: readonly string[]): BounceRecipient {
  const at = said.findIndex((line) => /^Remote host said: /i.test(line))
  if (at < 0) return failed(address, said.join(' '), reporterItself)
  const end = said.findIndex(
    (line, index) => index > at && /^(?:Giving up on |I'm not going to try)/i.test(line),
  )
  const reply = said
    .slice(at, end < 0 ? undefined : end)
    .map((line) => line.replace(/^Remote host said: /i, ''))
  // qmail names the IP address of the other host only.
  const name = /^(?:Connected to )?([\w.-]{1,253}) (?:does not like|failed after|but )/i.exec(
    said[0] ?? '',
  )?.[1]
  return failed(address, reply.join('\n'), name ?? null)
}
