import { visible } from '../visible.ts'
import { withoutNames, type UnknownReply } from './reply-book.ts'

/** An unknown reply as an issue, in Markdown: without addresses, and with the reply as code, whatever is in it. */
export function unknownIssue({ rule, reply, count, firstAt, at, mx, phase, did }: UnknownReply): {
  title: string
  body: string
} {
  const text = visible(withoutNames(reply))
  const lines = text.split('\n').map((line) => `    ${line}`)
  return {
    title: `Unknown reply: ${text.replaceAll('\n', ' ').slice(0, 80)}`,
    body: [
      'Apple replied with words that no rule knows. Addresses and IPs are cut out.',
      '',
      ...lines,
      '',
      `- taken for: ${rule}, and answered with: ${did}`,
      `- answering host: ${mx === null ? 'not known' : visible(mx)}`,
      `- phase of the session: ${phase ?? 'not known'}`,
      `- seen ${count} times, from ${day(firstAt)} to ${day(at)}`,
      '',
      'What the message was, and what made it go through in the end:',
      '',
    ].join('\n'),
  }
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
