import type { Attempt } from './records.ts'
import { visible } from './visible.ts'
import { wrap } from './wrap.ts'

const indent = ' '.repeat(9)

/**
 * One line for one answer: time, host, session, phase, recipient or sender, reply.
 *
 * @param columns more lines, if it is longer; `Infinity`: never
 */
export function logLine(attempt: Attempt, columns: number): string {
  const time = new Date(attempt.at).toISOString().slice(11, 19)
  const [host = ''] = attempt.host.split('.', 1)
  const whom = attempt.recipient ?? (attempt.phase === 'mail' ? `<${attempt.sender ?? ''}>` : '-')
  const line = [
    time,
    host,
    `#${attempt.sessionId}`,
    attempt.phase.padEnd(7),
    visible(whom),
    visible(attempt.reply.replaceAll('\n', ' / ')),
  ].join(' ')
  return wrap(line, columns - indent.length).join(`\n${indent}`)
}
