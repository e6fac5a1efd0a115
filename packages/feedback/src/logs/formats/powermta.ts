import { parse } from 'csv-parse/sync'
import type { LogFormatting } from '../log-parser.ts'
import { replied, type LogOutcome } from '../log-reply.ts'
import { isApples } from '../whose-line.ts'
import { phaseOf } from './phase.ts'

/**
 * PowerMTA's accounting file in CSV: records `d`, `b`, `rb` and `t`, in whatever columns the header names; `type`, `rcpt` and
 * `dsnDiag` are needed. What PowerMTA answers by itself is marked `[internal]`, and no reply of Apple's. `rb` is what a bounce message
 * said that came later, whoever wrote it.
 *
 * @see "Accounting" in PowerMTA's user guide
 */
export const powermta: LogFormatting = {
  joins: [],
  always: ['type,'],
  parser(clock) {
    let columns: readonly string[] = []
    let heading: string | null = null
    return {
      get heading() {
        return heading
      },
      parse(line) {
        const fields = fieldsOf(line)
        if (line.startsWith('type,')) {
          columns = fields ?? columns
          heading = line
          return null
        }
        if (fields === null || columns.length === 0) return null
        const field = (name: string): string => fields[columns.indexOf(name)]?.trim() ?? ''
        const recipient = field('rcpt')
        const host = field('dsnMta').split(' ', 1)[0] || null
        const outcome = outcomeOf(field('type'), field('dsnDiag'), host)
        if (!recipient.includes('@') || outcome === null) return null
        const sender = columns.includes('orig') ? field('orig') : null
        if (!isApples(recipient, sender, outcome)) return null
        return [
          {
            at: clock.read(field('timeLogged')).at,
            recipient,
            sender,
            messageId: field('header_Message-Id') || field('header_Message-ID') || null,
            queueId: field('envId') || null,
            source: field('dlvSourceIp') || field('vmta') || null,
            outcome,
            ...(field('type') === 'rb' && { isFromBounce: true as const }),
          },
        ]
      },
    }
  },
}

/** One line; a fault in it is that line's alone. */
function fieldsOf(line: string): string[] | null {
  try {
    return parse(line, { relax_column_count: true, relax_quotes: true })[0] ?? null
  } catch {
    return null
  }
}

function outcomeOf(type: string, diagnostic: string, host: string | null): LogOutcome | null {
  const text = diagnostic.replace(/^smtp; ?/i, '')
  if (type === 'd') return { kind: 'delivered', host, ...(text !== '' && { text }) }
  if (type !== 'b' && type !== 'rb' && type !== 't') return null
  if (text === '' || text.includes('[internal]')) return null
  const phase = phaseOf(/\((?:in reply to|while) ([A-Za-z ]{1,30})\)/.exec(text.slice(-80))?.[1] ?? '')
  return replied(text, host, phase, type !== 't')
}
