import type { Canary, Engine, Hold, Incident, LaneStatus, Rates, RateWindow } from '@icloud-delivery/engine'
import type { AlertBook } from '../known/alert-book.ts'
import { liveEvent, type LiveEvent } from '../live/live-event.ts'
import { meaningOf, type Meaning } from './meaning.ts'
import { placementTroubles, type PlacementTrouble } from './placement-troubles.ts'

/** How mail fared in a span. */
export interface Summary {
  attempts: number
  messages: number
  delivered: number
  deferred: number
  bounced: number
  refused: number
  expired: number
  /** How often `admit` answered held or later, and suppressed. */
  held: number
  suppressed: number
  /** Shares of attempts, 0 to 1; `null` without attempts. */
  deferralRate: number | null
  bounceRate: number | null
  policyRate: number | null
}

/** One point of a chart. */
export interface Point {
  at: number
  delivered: number
  deferred: number
  bounced: number
  refused: number
}

/** A hold, with what its rule means. */
export interface ShownHold extends Hold {
  meaning: Meaning | null
}

/** Answer of `GET api/now`. */
export interface NowAnswer {
  at: number
  /** Seconds of one bucket of the last hour: 60, unless a demo runs faster. */
  minuteSeconds: number
  hour: Summary
  day: Summary
  month: Summary
  /** The last 7 days, as what is usual. */
  usual: Summary
  chart: { bucketSeconds: number; points: Point[] }
  lanes: LaneStatus[]
  holds: ShownHold[]
  /** Those that last, and those of the last 7 days. */
  incidents: (Incident & { meanings: (Meaning | null)[] })[]
  /** Campaigns that wait for their canary or were stopped by it. */
  canaries: Canary[]
  /** Test mail that is not in the inbox. */
  placements: PlacementTrouble[]
  /** The newest first. */
  alerts: LiveEvent[]
  latest: LiveEvent[]
}

const mostAlerts = 20
const mostLatest = 25
const weekMinutes = 7 * 24 * 60
const mostHolds = 200
const mostPlacements = 20

/** All that the first view shows. */
export async function now(engine: Engine, book: AlertBook, window: RateWindow): Promise<NowAnswer> {
  const hour = await engine.rates({ window: 'hour' })
  const minuteSeconds = hour.bucketSeconds
  const [day, month, usual, lanes, holds, incidents, canaries, seeds, alerts, latest] = await Promise.all([
    engine.rates({ window: 'day' }),
    engine.rates({ window: 'month' }),
    engine.rates({ window: Math.min(minuteSeconds * weekMinutes, 90 * 86_400) }),
    engine.lanes(),
    engine.holds(),
    engine.incidents(),
    engine.canaries(),
    engine.seeds(),
    book.latest(mostAlerts),
    engine.ledger.events({ limit: mostLatest }),
  ])
  const charted = { hour, day, month }[String(window)] ?? (await engine.rates({ window }))
  const recent = hour.until - minuteSeconds * weekMinutes * 1000
  return {
    at: hour.until,
    minuteSeconds,
    hour: summaryOf(hour),
    day: summaryOf(day),
    month: summaryOf(month),
    usual: summaryOf(usual),
    chart: { bucketSeconds: charted.bucketSeconds, points: charted.buckets.map(pointOf) },
    lanes,
    holds: holds
      .toSorted((a, b) => b.since - a.since)
      .slice(0, mostHolds)
      .map((hold) => ({ ...hold, meaning: meaningOf(hold.rule) })),
    incidents: incidents
      .filter(({ endedAt }) => endedAt === null || endedAt > recent)
      .map((incident) => ({ ...incident, meanings: incident.rules.map(meaningOf) })),
    canaries: canaries.filter(({ verdict }) => verdict !== 'go'),
    placements: placementTroubles(seeds, hour.until).slice(0, mostPlacements),
    alerts: alerts.map(liveEvent),
    latest: latest.map(liveEvent),
  }
}

export function summaryOf(rates: Rates): Summary {
  const { attempts, messages, delivered, deferred, bounced, refused, expired, held, suppressed } = rates
  const { deferralRate, bounceRate, policyRate } = rates
  const counts = { attempts, messages, delivered, deferred, bounced, refused, expired, held, suppressed }
  return { ...counts, deferralRate, bounceRate, policyRate }
}

function pointOf({ at, delivered, deferred, bounced, refused, expired }: Rates['buckets'][number]): Point {
  return { at, delivered, deferred, bounced, refused: refused + expired }
}
