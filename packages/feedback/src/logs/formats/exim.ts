import type { LogClock } from '../log-clock.ts'
import type { LogFormatting } from '../log-parser.ts'
import { replied, type LogOutcome } from '../log-reply.ts'
import { MessageBook, type KnownMessage } from '../message-book.ts'
import { isApples } from '../whose-line.ts'
import { phaseOf } from './phase.ts'

/** Message ids are 6-6-2 characters long, and 6-11-4 since Exim 4.97. A process id may stand before. */
const head =
  /^(?:\[\d{1,10}\] )?([0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4}) (<=|=>|->|\*\*|==) (.*)$/s
const smtpError = 'SMTP error from remote mail server after '

/**
 * Exim's mainlog, with or without `log_timezone`, process ids and milliseconds. `==` for a host that is not tried as its retry time
 * has not come, and what nobody answered, is no reply.
 *
 * @see https://www.exim.org/exim-html-current/doc/html/spec_html/ch-log_files.html
 */
export const exim: LogFormatting = {
  joins: [' <= '],
  always: [],
  parser(clock, earlier) {
    const book = new MessageBook()
    return {
      parse(line) {
        const { at, end } = clock.read(line)
        const match = head.exec(line.slice(end))
        if (match === null) return null
        const [, queueId, flag, rest] = match as unknown as [string, string, string, string]
        if (flag === '<=') {
          // A sender at Apple: the line is not among the others.
          book.of(queueId, () => arrival(rest))
          return null
        }
        const recipient = addressIn(rest)
        const host = hostIn(rest)
        const outcome = recipient && outcomeOf(flag, rest, host)
        if (!recipient || !outcome) return null
        const known = book.of(queueId, () => messageOf(earlier(queueId), clock))
        const sender = / F=<([^>\s]{0,320})>/.exec(rest)?.[1] ?? known.sender
        if (!isApples(recipient, sender, outcome)) return null
        const { messageId } = known
        return [{ at, recipient, sender, messageId, queueId, source: null, outcome }]
      },
    }
  },
}

function messageOf([line = '']: readonly string[], clock: LogClock): KnownMessage {
  const match = head.exec(line.slice(clock.read(line).end))
  return match?.[2] === '<=' ? arrival(match[3]!) : { sender: null, messageId: null }
}

function arrival(rest: string): KnownMessage {
  const sender = /^(\S{1,320})/.exec(rest)?.[1] ?? ''
  const messageId = / id=(\S{1,998})/.exec(rest)?.[1]
  return {
    sender: sender === '<>' ? '' : sender,
    messageId: messageId === undefined ? null : `<${messageId}>`,
  }
}

/** The address that it was sent to comes first; the one that it was made of may follow in brackets. */
function addressIn(rest: string): string | null {
  const [first = ''] = rest.split(' ', 1)
  return first.includes('@') && !first.includes('"') ? first.replace(/^<|>$/g, '') : null
}

/** The host that answered. Addresses and certificates may hold anything in quotes and brackets, also what looks like one. */
function hostIn(rest: string): string | null {
  const own = rest.replace(/"[^"]*"/g, '""').replace(/<[^<>]*>/g, '<>')
  const replyAt = own.indexOf(smtpError)
  const before = replyAt < 0 ? own : own.slice(0, replyAt)
  const hosts = [...before.matchAll(/ H=([^\s[]{1,255})/g)]
  return hosts.length > 1 ? null : (hosts[0]?.[1] ?? oldHost(own))
}

/** Older versions: `.. after RCPT TO:<..>: host mx01.mail.icloud.com [192.0.2.1]: 550 ..` */
function oldHost(rest: string): string | null {
  return /: host ([^\s[]{1,255}) \[/.exec(rest)?.[1] ?? null
}

function outcomeOf(flag: string, rest: string, host: string | null): LogOutcome | null {
  if (flag === '=>' || flag === '->') {
    if (host === null) return null
    const text = / C="((?:[^"\\]|\\.){0,2000})"/.exec(rest)?.[1]
    return { kind: 'delivered', host, ...(text !== undefined && { text }) }
  }
  const at = rest.indexOf(smtpError)
  if (at < 0) return null
  const text = rest.slice(at)
  return replied(text, host, phaseOf(afterPipelined(text)), flag === '**')
}

function afterPipelined(text: string): string {
  const command = text.slice(smtpError.length, smtpError.length + 40)
  return command.startsWith('pipelined ') ? command.slice(10) : command
}
