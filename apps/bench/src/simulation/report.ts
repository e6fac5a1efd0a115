import { day, hour, minute } from './time.ts'
import type { Figures } from './simulation.ts'
import type { SeenIncident } from './watch.ts'

/** What the run itself took. */
export interface Run {
  seconds: number
  /** All threads together, garbage collection and compiler included: what a busy machine makes less of a difference to. */
  cpuSeconds: number
  messagesPerSecond: number
  /** At the most, MB. */
  rss: number
}

/** What must not be; empty if all is well. */
export function faultsOf(figures: Figures): string[] {
  const { suppressions, unaccounted, blockedIp } = figures
  const faults: string[] = []
  if (suppressions.wrongly > 0) {
    const examples = suppressions.wronglyExamples.map((example) => `\n  ${example}`).join('')
    faults.push(`SUPPRESSED WRONGLY: ${count(suppressions.wrongly)} recipients, such as${examples}`)
  }
  if (unaccounted !== 0) faults.push(`LOST: nobody knows what became of ${count(unaccounted)} messages`)
  if (blockedIp.lost > 0)
    faults.push(`LOST: ${count(blockedIp.lost)} messages failed because an IP was blocked`)
  return faults
}

/** The figures for people. */
export function reportOf(figures: Figures, run: Run): string {
  const { mail, suppressions, hammering, blockedIp } = figures
  const { dead } = suppressions
  const faults = faultsOf(figures)
  return [
    `${count(figures.recipients)} recipients, ${figures.days} days, ${figures.lanes} lanes, seed ${figures.seed}`,
    section('mail', {
      messages: mail.messages,
      attempts: mail.attempts,
      delivered: mail.delivered,
      'retried (attempts)': mail.retried,
      'held (times)': mail.held,
      'postponed for the recipient (times)': mail.postponed,
      'soft-bounced': mail.softBounced,
      failed: mail.failed,
      'expired, too old': mail.expired,
      'refused, and the recipient suppressed': mail.suppressed,
      'not sent, as the recipient was suppressed': mail.notSent,
      'longest line behind a hold': figures.longestLine,
    }),
    section('what Apple said (attempts)', figures.replies),
    section('failed, by rule', figures.failedBy),
    section('expired, by the last rule', figures.expiredBy),
    section('suppressed recipients, by rule', suppressions.suppressed),
    section('of the dead that Apple has refused', {
      all: dead.refused,
      'suppressed in time': dead.inTime,
      'suppressed late, after more refusals than needed': dead.late,
      'refused during an incident only': dead.onlyInIncident,
      ...Object.fromEntries(Object.entries(dead.not).map(([why, many]) => [`not suppressed: ${why}`, many])),
      'attempts after the first refusal: most': hammering.most,
      'attempts after the first refusal: mean': hammering.mean,
    }),
    section('of those who are well', {
      'suppressed wrongly': suppressions.wrongly,
      'suppressed or refused for a while, and taken back': suppressions.takenBack,
      'messages not sent meanwhile': figures.wronglyNotSent,
    }),
    section('alerts', figures.alerts),
    incidentsOf(figures),
    [
      'the blocked IP',
      line('blocked', `${when(blockedIp.from)} to ${when(blockedIp.until)}`),
      ...blockedIp.holds.map(({ from, until }) =>
        line('held', `${when(from)} to ${until === null ? 'the end' : when(until)}`),
      ),
      line('messages that failed for it', count(blockedIp.lost)),
    ].join('\n'),
    [
      'the run',
      line('time', `${count(run.seconds)} s`),
      line('CPU time', `${count(run.cpuSeconds)} s`),
      line('simulated messages a second', count(run.messagesPerSecond)),
      line('memory at the most', `${count(run.rss)} MB`),
    ].join('\n'),
    faults.length === 0 ? 'Nobody was suppressed wrongly, and no message was lost.' : faults.join('\n'),
  ].join('\n\n')
}

function incidentsOf({ incidents }: Figures): string {
  const told = incidents.real.flatMap(({ name, from, until, seen }) => [
    line(name, `${when(from)} to ${when(until)}`),
    ...(seen.length === 0 ? [line('  noticed', 'no')] : linesOf(seen, from, until)),
  ])
  const alarms = incidents.falseAlarms.map(
    ({ rules, noticedAt }) => `${rules.join(', ')} on ${when(noticedAt)}`,
  )
  return [
    'incidents at Apple',
    ...told,
    line('false alarms', alarms.length === 0 ? 'none' : alarms.join('; ')),
  ].join('\n')
}

function linesOf(seen: readonly SeenIncident[], from: number, until: number): string[] {
  const sum = (of: 'retried' | 'takenBack' | 'givenUp'): string =>
    count(seen.reduce((all, one) => all + one[of], 0))
  const endedAt = seen.at(-1)?.endedAt ?? null
  return [
    line('  noticed after', `${count(seen[0]!.noticedAt - from)} s`),
    line('  over after its end', endedAt === null ? 'no' : `${count(endedAt - until)} s`),
    line('  taken for over meanwhile (times)', count(seen.length - 1)),
    line('  attempts retried for its sake', sum('retried')),
    line('  recipients of the onset given back', sum('takenBack')),
    line('  messages of the onset given up', sum('givenUp')),
  ]
}

function section(title: string, figures: Readonly<Record<string, number>>): string {
  const lines = Object.entries(figures).map(([name, many]) => line(name, count(many)))
  return [title, ...(lines.length === 0 ? [line('none', '')] : lines)].join('\n')
}

function line(name: string, value: string): string {
  return `  ${name.padEnd(52)} ${value}`.trimEnd()
}

function count(many: number): string {
  return many.toLocaleString('en-US', { maximumFractionDigits: many < 100 ? 3 : 0 })
}

function when(second: number): string {
  const of = (unit: number, below: number): string =>
    String(Math.floor((second % below) / unit)).padStart(2, '0')
  return `day ${Math.floor(second / day)} ${of(hour, day)}:${of(minute, hour)}:${of(1, minute)}`
}
