import type { Phase } from '@icloud-delivery/rules'

/**
 * Where in the session a reply came, by the command that a log names: `RCPT TO`, `end of data`, `initial connection`.
 * `null`: it names none.
 */
export function phaseOf(command: string): Phase | null {
  const words = command.trim().toLowerCase()
  if (words.startsWith('end of data') || words === '.' || words.startsWith('end of message')) return 'eod'
  if (words.startsWith('rcpt')) return 'rcpt'
  if (words.startsWith('mail')) return 'mail'
  if (words.startsWith('data') || words.startsWith('bdat')) return 'data'
  if (words.startsWith('ehlo') || words.startsWith('helo') || words.startsWith('starttls')) return 'helo'
  if (words.startsWith('initial connection') || words.startsWith('connect')) return 'connect'
  return words.startsWith('quit') ? 'quit' : null
}
