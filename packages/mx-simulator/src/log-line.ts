import type { Attempt } from './records.ts'
import { visible } from './visible.ts'

/** One line for one answer: time, host, session, phase, recipient or sender, reply. */
export function logLine(attempt: Attempt): string {
  const time = new Date(attempt.at).toISOString().slice(11, 19)
  const [host = ''] = attempt.host.split('.', 1)
  const whom = attempt.recipient ?? (attempt.phase === 'mail' ? `<${attempt.sender ?? ''}>` : '-')
  return [
    time,
    host,
    `#${attempt.sessionId}`,
    attempt.phase.padEnd(7),
    visible(whom),
    visible(attempt.reply),
  ].join(' ')
}
