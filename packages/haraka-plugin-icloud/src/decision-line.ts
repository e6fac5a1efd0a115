import { rules, type Fault } from '@icloud-delivery/rules'
import { printable } from './printable.ts'

const faults: ReadonlyMap<string, Fault> = new Map(rules.map(({ id, fault }) => [id, fault]))

/** One decision, as the log shows it. */
export interface Decision {
  /** Haraka's id of the message. */
  message: string
  recipient: string
  stream: string
  /** What is done: the engine's word for it. */
  action: string
  /** Why, in the engine's words. */
  reason: string
  /** The rule that led to it, and whose fault it is. */
  rule?: string | null
  fault?: Fault | null
  /** Since when the recipient is suppressed, ms since the epoch. */
  since?: number | null
  /** Codes of what was found in the message before it was sent. */
  findings?: readonly string[] | undefined
  /** ms since the epoch. */
  next?: number | null
  phase?: string | null
  /** Who answered: the name, and the IP address. */
  mx?: string | null
  ip?: string | null
  /** The reply. Remote text. */
  reply?: string | null
}

/** A decision on one line: `key=value` pairs, remote text escaped and quoted. */
export function decisionLine(decision: Decision): string {
  const { message, recipient, stream, rule, action, reason, since, next } = decision
  const { phase, mx, ip, reply, findings } = decision
  // What is decided before an attempt has no reply, and its rule is that of an earlier one.
  const fault = decision.fault ?? faults.get(rule ?? '')
  const pairs: [string, string | null | undefined][] = [
    ['message', message],
    ['recipient', `<${printable(recipient, 320)}>`],
    ['rule', rule],
    ['fault', fault],
    ['action', action],
    ['since', timeOf(since)],
    ['next', timeOf(next)],
    ['reason', quoted(reason, 200)],
    ['stream', stream],
    ['phase', phase],
    ['mx', mx ? printable(mx, 255) : null],
    ['ip', ip],
    ['findings', findings && findings.length > 0 ? quoted(findings.join(', '), 300) : null],
    ['reply', reply ? quoted(reply.replaceAll('\r\n', ' '), 500) : null],
  ]
  return pairs.flatMap(([key, value]) => (value ? [`${key}=${value}`] : [])).join(' ')
}

function timeOf(ms: number | null | undefined): string | null {
  return typeof ms === 'number' ? new Date(ms).toISOString() : null
}

function quoted(text: string, limit: number): string {
  return `"${printable(text, limit).replaceAll('"', "'")}"`
}
