import type { Verdict } from '@icloud-delivery/rules'
import { printable } from './printable.ts'

/** One decision, as the log shows it. */
export interface DecisionLine {
  /** Haraka's id of the message. */
  message: string
  recipient: string
  /** What is done: the engine's word for it. */
  action: string
  /** Why, in the engine's words. */
  reason: string
  verdict?: Verdict | null
  /** ms since the epoch. */
  next?: number | null
  phase?: string | null
  mx?: string | null
  /** The reply. Remote text. */
  reply?: string | null
}

/** A decision on one line: `key=value` pairs, remote text escaped and quoted. */
export function decisionLine(decision: DecisionLine): string {
  const { message, recipient, action, reason, verdict, next, phase, mx, reply } = decision
  const pairs: [string, string | null | undefined][] = [
    ['message', message],
    ['recipient', `<${printable(recipient, 320)}>`],
    ['rule', verdict?.rule],
    ['fault', verdict?.rule ? verdict.fault : null],
    ['action', action],
    ['next', typeof next === 'number' ? new Date(next).toISOString() : null],
    ['reason', quoted(reason, 200)],
    ['phase', phase],
    ['mx', mx ? printable(mx, 255) : null],
    ['reply', reply ? quoted(reply.replaceAll('\r\n', ' '), 500) : null],
  ]
  return pairs.flatMap(([key, value]) => (value ? [`${key}=${value}`] : [])).join(' ')
}

function quoted(text: string, limit: number): string {
  return `"${printable(text, limit).replaceAll('"', "'")}"`
}
