import { argument } from '../subject.ts'

/** Who does something by hand, and why. Kept in the event log. */
export interface Audit {
  /** The reason, in your words; 1,000 characters are kept. */
  note?: string
  /** Who; 200 characters are kept. */
  by?: string
}

const longestNote = 1000
const longestBy = 200

/** The parts of an {@link Audit} that were given, cut. Throws `EARGUMENT` for what is no text. */
export function auditOf(call: string, { note, by }: Audit): Audit {
  return { ...text(call, 'note', note, longestNote), ...text(call, 'by', by, longestBy) }
}

function text(call: string, name: keyof Audit, value: unknown, longest: number): Audit {
  if (value === undefined) return {}
  if (typeof value !== 'string') throw argument(call, name, 'a string', value)
  return { [name]: value.slice(0, longest) }
}
