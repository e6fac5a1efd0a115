import type { Counts } from '../ledger/ledger.ts'
import { dayHours, medianOf, volumesOf, type Week } from './changes-week.ts'
import { readCounts, type Cell } from './mail-counts.ts'
import type { SignalsPolicy } from './signals-policy.ts'

/** What can change. */
export type Change = 'deferral' | 'bounce' | 'policy' | 'volume'

/** Something that is not as usual. */
export interface Finding {
  of: Change
  /** `<lane>/<stream>`; for a volume the stream. */
  subject: string
  lanes: readonly string[]
  numbers: Readonly<Record<string, number>>
}

/** How the mail of one stream on one lane fared. */
export interface CellCounts extends Cell {
  attempts: number
  deferral: number
  bounce: number
  policy: number
  messages: number
}
/** By lane and stream. */
export type Table = ReadonlyMap<string, CellCounts>

/** What {@link findChanges} looks at; the oldest first, the last one under way. */
export interface Seen {
  /** The last 60 minutes. */
  minutes: readonly Table[]
  /** The last 24 hours. */
  day: readonly Table[]
  /** The 7 days before them. */
  week: Week
  /** The keys of cells that sent mail in the weeks before. */
  before: ReadonlySet<string>
}

/** Less than a day: a mailing that goes a bit earlier than the day before must not count twice. */
const volumeHours = 20
/** How far from the usual, in standard errors. */
const leastDeviations = 5
/** Attempts in an hour from which on it shows how much hours differ. */
const leastOfAnHour = 20

/**
 * What is not as usual now. Pure. Who has sent for less than 7 days has no usual.
 *
 * A rate is that of the last 10 minutes, hour or day: the shortest with enough attempts. It has changed if it is more than
 * twice the usual and more than a step above it, by more than chance and the difference between hours explain. The usual
 * is the week before that day, or an hour at the same time a week ago if that was worse: a weekly mailing has a rate of its own.
 */
export function findChanges(seen: Seen, policy: SignalsPolicy): Finding[] {
  const known = new Set([...seen.before, ...seen.week.ofFirstDay])
  return [...rateChanges(seen, known, policy), ...volumeChanges(seen, known, policy)]
}

/** Tables of counts that were the same at the last look: the memory ledger gives them again. */
const madeOf = new WeakMap<Counts, Table>()

/** A group of counts, by lane and stream. */
export function tableOf(counts: Counts): Table {
  let table = madeOf.get(counts)
  if (table === undefined) madeOf.set(counts, (table = made(counts)))
  return table
}

function made(counts: Counts): Table {
  const table = new Map<string, CellCounts>()
  for (const { lane, stream, what, by } of readCounts(counts)) {
    const column = columns[what]
    if (column === undefined) continue
    const key = `${lane} ${stream}`
    const cell = table.get(key) ?? { lane, stream, ...noCounts }
    if (column === 'messages') cell.messages += by
    else {
      cell.attempts += by
      if (column !== 'attempts') cell[column] += by
    }
    table.set(key, cell)
  }
  return table
}

const noCounts = { attempts: 0, deferral: 0, bounce: 0, policy: 0, messages: 0 }
const columns: Readonly<Record<string, keyof typeof noCounts>> = {
  delivered: 'attempts',
  deferred: 'deferral',
  expired: 'attempts',
  bounced: 'bounce',
  refused: 'policy',
  message: 'messages',
}

const kinds = ['deferral', 'bounce', 'policy'] as const

function rateChanges(seen: Seen, known: ReadonlySet<string>, policy: SignalsPolicy): Finding[] {
  const week = seen.week.hours
  const spans = [
    { of: seen.minutes.slice(-10), buckets: 10 },
    { of: seen.minutes, buckets: 60 },
    { of: seen.day, buckets: dayHours * 60 },
  ]
  const rises = { deferral: policy.deferralRise, bounce: policy.bounceRise, policy: policy.policyRise }
  const findings: Finding[] = []
  for (const key of known) {
    const span = spans.find(({ of }) => attemptsOf(of, key) >= policy.minAttempts)
    if (span === undefined) continue
    const recent = sumOf(span.of, key)
    // Mostly nothing has risen by a step, whatever is usual: the week need not be added up.
    if (kinds.every((kind) => recent[kind] / recent.attempts <= rises[kind])) continue
    const usual = sumOf(week, key)
    if (usual.attempts < policy.minAttempts) continue
    const weekAgo = week
      .slice(dayHours - 2, dayHours + 1)
      .flatMap((table) => table.get(key) ?? [])
      .filter(({ attempts }) => attempts >= policy.minAttempts)
    for (const kind of kinds) {
      const rate = recent[kind] / recent.attempts
      const overall = usual[kind] / usual.attempts
      const expected = Math.max(overall, ...weekAgo.map((cell) => cell[kind] / cell.attempts))
      if (rate - expected <= rises[kind] || rate <= 2 * expected) continue
      const spread = spreadOf(week, key, kind, overall)
      if (deviations(rate, recent.attempts, expected, usual.attempts, spread) < leastDeviations) continue
      findings.push({
        of: kind,
        subject: `${recent.lane}/${recent.stream}`,
        lanes: [recent.lane],
        numbers: {
          percent: percent(rate),
          usualPercent: percent(expected),
          attempts: recent.attempts,
          usualAttempts: usual.attempts,
          windowSeconds: span.buckets * policy.bucketSeconds,
        },
      })
    }
  }
  return findings
}

/**
 * How far a rate is above the expected one, in standard errors. By the arcsine of its root: a share of a few in a hundred
 * is not spread evenly around its mean.
 */
function deviations(rate: number, attempts: number, expected: number, usual: number, spread: number): number {
  const angle = (share: number): number => 2 * Math.asin(Math.sqrt(share))
  const between = expected > 0 && expected < 1 ? spread / (expected * (1 - expected)) : 0
  return (angle(rate) - angle(expected)) / Math.sqrt(1 / attempts + 1 / usual + between)
}

/** How much the rates of hours differ beyond chance: a variance. */
function spreadOf(
  week: readonly Table[],
  key: string,
  of: Exclude<Change, 'volume'>,
  overall: number,
): number {
  let attempts = 0
  let squares = 0
  let byChance = 0
  for (const table of week) {
    const cell = table.get(key)
    if (cell === undefined || cell.attempts < leastOfAnHour) continue
    attempts += cell.attempts
    squares += cell.attempts * (cell[of] / cell.attempts - overall) ** 2
    byChance += overall * (1 - overall)
  }
  return attempts === 0 ? 0 : Math.max(0, (squares - byChance) / attempts)
}

function volumeChanges({ day, week }: Seen, known: ReadonlySet<string>, policy: SignalsPolicy): Finding[] {
  const findings: Finding[] = []
  const streams = new Set([...known].map((key) => key.slice(key.indexOf(' ') + 1)))
  for (const stream of streams) {
    const recent = day.slice(-volumeHours)
    const messages = recent.reduce((sum, table) => sum + (volumesOf(table).get(stream) ?? 0), 0)
    if (messages < policy.minVolume) continue
    // Of a stream that sends once a week a median says nothing.
    const active = week.volumesOf(stream).filter((volume) => volume > 0)
    const median = medianOf(active)
    if (active.length < 2 || messages <= policy.volumeFactor * median) continue
    const lanes = new Set(recent.flatMap((table) => cellsOf(table, stream).map(({ lane }) => lane)))
    findings.push({
      of: 'volume',
      subject: stream,
      lanes: [...lanes],
      numbers: {
        messages,
        usualMessagesPerDay: median,
        windowSeconds: volumeHours * 60 * policy.bucketSeconds,
      },
    })
  }
  return findings
}

function sumOf(tables: readonly Table[], key: string): CellCounts {
  const [lane = '', stream = ''] = key.split(' ')
  const sum: CellCounts = { lane, stream, ...noCounts }
  for (const table of tables) {
    const cell = table.get(key)
    if (cell === undefined) continue
    sum.attempts += cell.attempts
    sum.deferral += cell.deferral
    sum.bounce += cell.bounce
    sum.policy += cell.policy
    sum.messages += cell.messages
  }
  return sum
}

function attemptsOf(tables: readonly Table[], key: string): number {
  let sum = 0
  for (const table of tables) sum += table.get(key)?.attempts ?? 0
  return sum
}

function cellsOf(table: Table, stream: string): CellCounts[] {
  return [...table.values()].filter((cell) => cell.stream === stream)
}

function percent(share: number): number {
  return Math.round(share * 10_000) / 100
}
