import type { Hold, LaneStatus, Rates } from '@icloud-delivery/engine'
import { Page } from '../output/page.ts'
import type { PageWidth } from '../output/page-width.ts'
import type { Paint } from '../output/paint.ts'
import { counted, countWords, spanWords, timeWords } from '../output/time-words.ts'
import type { Status } from './read-status.ts'

const spans = { hour: 'The last hour', day: 'The last 24 hours', month: 'The last 30 days' } as const
const mostRules = 10

/** How things stand, for people. */
export function statusPage(
  status: Status,
  window: keyof typeof spans,
  width: PageWidth,
  paint: Paint,
): string {
  const { ledger, at, rates, lanes, holds, canaries, incidents } = status
  const page = new Page(width, paint)
  page.fields([
    ['Ledger', ledger],
    ['Now', `${timeWords(at)} UTC`],
    ['State', stateWords(status)],
  ])
  if (status.otherTime) page.paragraph(otherTimeWords, { tone: 'caution' })
  ratesBlock(page, rates, spans[window])
  page.table(
    'Lanes',
    [
      { name: 'lane', overhang: 12 },
      { name: 'connections', align: 'right' },
      { name: 'rate/s', align: 'right' },
      { name: 'accepted/s', align: 'right' },
      { name: 'warm-up', least: 10 },
      { name: 'slowed', least: 10 },
    ],
    lanes.map(laneRow),
  )
  page.table(
    'Held',
    holdColumns,
    holds.map((hold) => holdRow(hold, at)),
  )
  page.list(
    'Campaigns that wait for their test batch',
    '-',
    canaries.map(({ id, verdict, reason, asked, size }) =>
      verdict === 'stop'
        ? `${id}: stopped, ${reason ?? 'too many refusals'}`
        : `${id}: ${asked} of ${size} were let go`,
    ),
  )
  page.list(
    'Apple itself seems to be broken',
    '-',
    incidents.map(
      ({ id, rules, since, retried, takenBack }) =>
        `${id}: ${rules.join(', ')} since ${timeWords(since)} UTC; ${counted(retried, 'reply', 'replies')} retried, ` +
        `${counted(takenBack, 'recipient')} given back`,
    ),
  )
  return page.toString()
}

const otherTimeWords =
  'The event log has attempts of this time, and the rates below have none: what wrote them counts in other spans, as Haraka does ' +
  'with [policy] time_scale (for tests), or has another clock. Rates, and holds that are shorter there, cannot be told here; ' +
  'icloud-delivery watch shows the decisions.'

function stateWords({ holds, canaries, incidents, rates, lanes, otherTime }: Status): string {
  const parts = [
    ...(incidents.length > 0 ? [counted(incidents.length, 'incident at Apple', 'incidents at Apple')] : []),
    ...(holds.length > 0 ? [counted(holds.length, 'hold')] : []),
    ...(canaries.length > 0 ? [counted(canaries.length, 'campaign that waits', 'campaigns that wait')] : []),
  ]
  if (parts.length > 0) return parts.join(', ')
  if (otherTime) return 'nothing is held now'
  const isEmpty = rates.attempts === 0 && rates.messages === 0 && lanes.length === 0
  return isEmpty ? 'nothing is held; no mail to Apple was recorded' : 'nothing is held'
}

function ratesBlock(page: Page, rates: Rates, heading: string): void {
  const { attempts, delivered, deferred, bounced, refused, expired, messages, held, suppressed } = rates
  const share = (count: number): string =>
    attempts === 0 ? countWords(count) : `${countWords(count)}  (${((100 * count) / attempts).toFixed(1)} %)`
  page.fields(
    [
      ['Messages', countWords(messages)],
      ['Attempts', countWords(attempts)],
      ['Delivered', share(delivered)],
      ['Deferred', share(deferred)],
      ['Bounced', `${share(bounced)}: the recipient’s fault`],
      ['Refused', `${share(refused)}: policy, reputation, authentication, IP`],
      ['Expired', share(expired)],
      ['Asked and held', countWords(held)],
      ['Suppressed', countWords(suppressed)],
    ],
    heading,
  )
  const rules = Object.entries(rates.rules).toSorted(([, a], [, b]) => b - a)
  page.table(
    'Replies by rule',
    [
      { name: 'rule', least: 16 },
      { name: 'replies', align: 'right' },
    ],
    rules.slice(0, mostRules).map(([rule, count]) => [rule, countWords(count)]),
  )
  if (rules.length > mostRules)
    page.paragraph(`${counted(rules.length - mostRules, 'more rule')}; --json names them.`, { indent: 2 })
}

function laneRow(lane: LaneStatus): (string | number | null)[] {
  const { concurrency, ceiling, leased, rate, acceptedRate, slowed, warmUp } = lane
  return [
    lane.lane,
    `${leased} of ${concurrency} (max ${ceiling})`,
    rate === null ? 'no limit' : rate.toFixed(1),
    acceptedRate.toFixed(1),
    warmUp === null
      ? null
      : `day ${warmUp.day}, ${countWords(warmUp.used)} of ${countWords(warmUp.messages)}`,
    slowed === null ? null : `${timeWords(slowed.at)} ${slowed.rule}`,
  ]
}

/** The columns of holds. */
export const holdColumns = [
  { name: 'hold', overhang: 16 },
  { name: 'rule' },
  { name: 'since' },
  { name: 'next try' },
  { name: 'reply', least: 30, below: true },
] as const

/** @param now - ms since the epoch */
export function holdRow({ scope, id, rule, since, until, halfOpen, reply }: Hold, now: number): string[] {
  const next = until > now ? `in ${spanWords(until - now)}` : 'now'
  return [`${scope}/${id}`, rule, timeWords(since), halfOpen === true ? 'going, some at a time' : next, reply]
}
