import type { LogClock } from '../log-clock.ts'
import type { LogFormatting } from '../log-parser.ts'
import { replied, type LogOutcome } from '../log-reply.ts'
import { MessageBook, type KnownMessage } from '../message-book.ts'
import { isApples } from '../whose-line.ts'
import { phaseOf } from './phase.ts'

interface Head {
  at: number | null
  /** `smtp`, `qmgr`, `cleanup` */
  daemon: string
  queueId: string
  /** Tells the messages of several hosts in one log apart. */
  key: string
  /** Behind the queue id. */
  rest: string
}

const tag = /^(\S{1,255}) (\S{1,255})\[\d{1,10}\]: (?:\[ID \d{1,10} [\w.]{1,40}\] )?([0-9A-Za-z]{6,30}): /

/**
 * Postfix, in syslog's classic form or with ISO times. Only what its SMTP client says is an attempt: what it bounces or expires
 * by itself, what it does not try because an attempt for other mail failed, and what nobody answered, is not.
 *
 * @see src/smtp/smtp_proto.c and src/global/log_adhoc.c of Postfix
 */
export const postfix: LogFormatting = {
  joins: [': from=<', ': message-id=<'],
  always: [],
  parser(clock, earlier) {
    const book = new MessageBook()
    return {
      parse(line) {
        const head = headOf(line, clock)
        if (head === null || head.daemon !== 'smtp' || !head.rest.startsWith('to=<')) return null
        const attempt = attemptOf(head.rest)
        if (attempt === null) return null
        const { at, key, queueId } = head
        const { sender, messageId } = book.of(key, () => messageOf(earlier(queueId), key, clock))
        if (!isApples(attempt.recipient, sender, attempt.outcome)) return null
        return [{ at, sender, messageId, queueId, source: null, ...attempt }]
      },
    }
  },
}

function messageOf(lines: readonly string[], key: string, clock: LogClock): KnownMessage {
  const known: KnownMessage = { sender: null, messageId: null }
  for (const line of lines) {
    const head = headOf(line, clock)
    if (head?.key !== key) continue
    const { daemon, rest } = head
    if (daemon === 'qmgr' && rest.startsWith('from=<')) {
      const end = rest.indexOf('>, size=')
      if (end > 0) known.sender = rest.slice(6, end)
    } else if (daemon === 'cleanup' && rest.startsWith('message-id=<')) {
      const end = rest.indexOf('>')
      if (end > 0) known.messageId = rest.slice(11, end + 1)
    }
  }
  return known
}

function headOf(line: string, clock: LogClock): Head | null {
  const { at, end } = clock.read(line)
  const match = tag.exec(line.slice(end, end + 700))
  if (match === null) return null
  const [head, host, program, queueId] = match as unknown as [string, string, string, string]
  return {
    at,
    daemon: program.slice(program.lastIndexOf('/') + 1),
    queueId,
    key: `${host} ${queueId}`,
    rest: line.slice(end + head.length),
  }
}

interface PostfixAttempt {
  recipient: string
  outcome: LogOutcome
}

/** Reads `to=<..>, orig_to=<..>, relay=host[ip]:25, delay=1.2, .., dsn=5.1.1, status=bounced (..)`. */
function attemptOf(rest: string): PostfixAttempt | null {
  const relayAt = rest.indexOf('>, relay=')
  const statusAt = rest.indexOf(', status=', relayAt)
  if (relayAt < 0 || statusAt < 0) return null
  // A local part in quotes may hold all of this, and older versions write it without its quotes.
  if (rest.includes('>, relay=', relayAt + 1) || rest.includes(', status=', statusAt + 1)) return null
  const to = rest.slice(4, relayAt)
  if (to.includes('"')) return null
  const original = to.indexOf('>, orig_to=<')
  const recipient = original < 0 ? to : to.slice(0, original)
  const fields = rest.slice(relayAt + 3, statusAt)
  const relay = /^relay=([^\s,[]{1,255})(?:\[|,)/.exec(fields)?.[1]
  if (relay === undefined || !recipient.includes('@')) return null
  const status = /^(\w{1,20}) \((.*)\)\s*$/s.exec(rest.slice(statusAt + 9))
  if (status === null) return null
  const outcome = outcomeOf(status[1]!, status[2]!, relay === 'none' ? null : relay)
  return outcome && { recipient, outcome }
}

function outcomeOf(status: string, text: string, relay: string | null): LogOutcome | null {
  if (status === 'sent') return relay === null ? null : { kind: 'delivered', text, host: relay }
  if (status !== 'bounced' && status !== 'deferred') return null
  const said = /^host ([^\s[]{1,255})\[[^\]\s]{1,64}\] (said|refused to talk to me): /.exec(text)
  // Whoever answered is the one that the line says was asked.
  if (said === null || said[1]!.toLowerCase() !== relay?.toLowerCase()) return null
  // "(in reply to RCPT TO command)", at the very end.
  const command = /\(in reply to ([A-Za-z ]{1,30}?)(?: command)?\)$/.exec(text.slice(-60))?.[1] ?? ''
  const phase = said[2] === 'said' ? phaseOf(command) : 'connect'
  return replied(text, said[1]!, phase, status === 'bounced')
}
