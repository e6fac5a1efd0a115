import type { MailboxOf } from '../../address.ts'
import type { Row } from './row.ts'
import { suppressionOrigins, type Suppression, type SuppressionOrigin } from '../../state/suppression.ts'

/** What a row of a file that is not our own does not say, and how addresses are remembered. */
export interface ImportDefaults {
  mailboxOf: MailboxOf
  origin: Exclude<SuppressionOrigin, 'reply'>
  streams: readonly string[]
  note: string | null
  /** ms since the epoch. */
  now: number
}

/** A suppression to be imported. */
export interface Imported {
  suppression: Suppression
  /** The file says when it was; else it is the time of the import, and no newer evidence than what is known. */
  isDated: boolean
}

const longest = {
  note: 1000,
  reply: 1000,
  messageId: 200,
  rule: 100,
  rulesVersion: 100,
  incident: 200,
  further: 8000,
}
const mostStreams = 100
const mostFurther = 20

/** The suppression that a row tells of, or why it tells of none. Pure. Problems hold nothing of the row. */
export function readSuppression(
  row: Extract<Row, { fields: unknown }>,
  defaults: ImportDefaults,
): Imported | { problem: string } {
  return row.isOwn ? readOwn(row.fields, defaults) : readForeign(row.fields, defaults)
}

function readOwn(
  fields: Readonly<Record<string, unknown>>,
  { mailboxOf }: ImportDefaults,
): Imported | { problem: string } {
  const { recipient, origin, streams, at, rule, rulesVersion, reply, messageId, note, incident, ...further } =
    fields
  const address = typeof recipient === 'string' ? mailboxOf(recipient) : null
  if (address === null) return { problem: 'recipient is no address' }
  if (!suppressionOrigins.includes(origin as SuppressionOrigin))
    return { problem: `origin must be one of ${suppressionOrigins.join(', ')}` }
  const isStreams =
    Array.isArray(streams) &&
    streams.length > 0 &&
    streams.length <= mostStreams &&
    streams.every((stream) => typeof stream === 'string' && stream !== '')
  if (!isStreams) return { problem: `streams must name 1 to ${mostStreams} streams` }
  if (typeof at !== 'number' || !Number.isFinite(at)) return { problem: 'at must be a time' }
  const suppression: Suppression = {
    ...furtherFields(further),
    recipient: address,
    origin: origin as SuppressionOrigin,
    streams: streams as string[],
    at,
    rule: text(rule, longest.rule),
    rulesVersion: text(rulesVersion, longest.rulesVersion),
    reply: text(reply, longest.reply),
    messageId: text(messageId, longest.messageId),
    incident: text(incident, longest.incident),
    note: text(note, longest.note),
  }
  return { suppression, isDated: true }
}

function readForeign(
  { recipient, at, note }: Readonly<Record<string, unknown>>,
  { mailboxOf, origin, streams, note: otherwise, now }: ImportDefaults,
): Imported | { problem: string } {
  const address = typeof recipient === 'string' ? mailboxOf(recipient) : null
  if (address === null) return { problem: 'there is no address' }
  const time = foreignTime(at)
  const isDated = time !== null && time <= now
  const why = text(note, longest.note)?.trim() ?? ''
  const suppression: Suppression = {
    recipient: address,
    origin,
    streams,
    at: isDated ? time : now,
    rule: null,
    rulesVersion: null,
    reply: null,
    messageId: null,
    incident: null,
    note: why === '' ? otherwise : why,
  }
  return { suppression, isDated }
}

function text(value: unknown, most: number): string | null {
  return typeof value === 'string' ? value.slice(0, most) : null
}

/** What else may be kept with a suppression; not what is so long that it cannot be evidence. */
function furtherFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(fields).filter(
    ([name, value]) => name !== '__proto__' && (JSON.stringify(value) ?? '').length <= longest.further,
  )
  return Object.fromEntries(kept.slice(0, mostFurther))
}

/**
 * A time as common exports write it: seconds or milliseconds since the epoch, ISO 8601 (UTC if it names no zone) or the
 * form of mail headers. `null` for anything else, such as 01/02/2026: that may be January or February.
 */
function foreignTime(value: unknown): number | null {
  const given = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : ''
  let ms = NaN
  if (/^\d{9,13}(\.\d+)?$/.test(given)) ms = Number(given) < 1e11 ? Number(given) * 1000 : Number(given)
  else if (/^\d{4}-\d\d-\d\d$/.test(given)) ms = Date.parse(given)
  else if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(given)) {
    const iso = given
      .replace(' ', 'T')
      .replace(/ ?UTC$/, 'Z')
      .replace(/ (?=[+-])/, '')
    ms = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`)
  } else if (/^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} /.test(given)) ms = Date.parse(given)
  return Number.isFinite(ms) ? Math.round(ms) : null
}
