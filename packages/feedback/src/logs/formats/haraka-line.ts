import type { LogClock } from '../log-clock.ts'

/** One line of Haraka's log, in whichever of its three formats. */
export interface HarakaLine {
  /** `null`: Haraka writes no time unless `log.ini` says `timestamps=true`, or syslog does. */
  at: number | null
  /** Of the connection, transaction or delivery: `U`, `U.1`, `U.1.1`. */
  uuid: string
  /** `core`, `outbound`, or the name of a plugin. */
  origin: string
  message: string
  /** A field of a line about several things. */
  field(name: string): string | null
}

const bracketed = /\[[A-Z]{4,8}\] \[([\w.-]{1,80})\] \[([\w./-]{1,80})\] (.*)$/s
const pair = /(?:^| )(delivered file|[\w-]{1,40})=("(?:[^"\\]|\\.)*"|\S*)/g

/**
 * Takes a line apart.
 *
 * @see logger.js of Haraka 3.3.4
 */
export function harakaLine(line: string, clock: LogClock): HarakaLine | null {
  const { at, end } = clock.read(line)
  const rest = line.slice(end)
  const json = rest.indexOf('{"')
  if (json >= 0 && json < 300 && rest.includes('"origin":')) return fromJson(rest.slice(json), at)
  if (/(?:^| )level=[A-Z]{4,8} uuid=/.test(rest.slice(0, 400))) {
    const fields = fieldsOf(rest)
    const { uuid, origin, message } = Object.fromEntries(fields)
    if (uuid === undefined || origin === undefined || message === undefined) return null
    return { at, uuid, origin, message, field: (name) => fields.get(name) ?? null }
  }
  // Syslog's host and program may stand before.
  const from = rest.slice(0, 300).search(/\[[A-Z]{4,8}\] \[/)
  const match = from < 0 ? null : bracketed.exec(rest.slice(from))
  if (match === null) return null
  const [, uuid, origin, message] = match as unknown as [string, string, string, string]
  let fields: Map<string, string> | null = null
  return { at, uuid, origin, message, field: (name) => (fields ??= fieldsOf(message)).get(name) ?? null }
}

function fromJson(text: string, at: number | null): HarakaLine | null {
  let record: unknown
  try {
    record = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof record !== 'object' || record === null) return null
  const { uuid, origin, message } = record as Record<string, unknown>
  if (typeof uuid !== 'string' || typeof origin !== 'string' || typeof message !== 'string') return null
  const field = (name: string): string | null => {
    const value = Object.hasOwn(record, name) ? (record as Record<string, unknown>)[name] : null
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null
  }
  return { at, uuid, origin, message, field }
}

/** `key=value` and `key="quoted \"value\""` pairs. */
function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const [, name, value] of text.matchAll(pair)) {
    const plain = value!.startsWith('"') ? value!.slice(1, -1).replace(/\\(.)/g, unescaped) : value!
    if (!fields.has(name!)) fields.set(name!, plain)
  }
  return fields
}

function unescaped(_: string, char: string): string {
  return char === 'n' || char === 'r' ? ' ' : char
}
