import type { Action } from '../record/action.ts'
import type { Admission } from '../admit/admission.ts'
import { bucketOf, resolutionsOf, type Resolutions } from './buckets.ts'
import { ChangeWatch } from './change-watch.ts'
import type { Clock, Logger } from '../engine.ts'
import { goodSeries } from '../incidents/known-good.ts'
import type { Events } from '../events.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { noReply, type Policy } from '../policy/policy.ts'
import { resultOf, type Result } from './outcome-result.ts'
import type { RecentAsked } from '../decide/recent-asked.ts'
import { sumMail } from './mail-counts.ts'
import { RecentCounts } from './recent-counts.ts'
import type { Recent } from '../state/state.ts'
import type { Route } from '../subject.ts'
import { Places, type Place } from './places.ts'
import { Tally, type Taken } from './tally.ts'

/** What {@link Signals} works with. */
export interface SignalParts {
  readonly ledger: Ledger
  readonly policy: Policy
  readonly clock: Clock
  readonly events: Events
  readonly logger: Logger
}

/** The counting of outcomes, and the watch over the numbers. One per engine. */
export class Signals {
  readonly resolutions: Resolutions
  private readonly parts: SignalParts
  private readonly tally: Tally
  private readonly places = new Places()
  private readonly recentCounts: RecentCounts
  private readonly watch: ChangeWatch
  private timer: ReturnType<typeof setTimeout> | null = null

  constructor(parts: SignalParts) {
    this.parts = parts
    this.resolutions = resolutionsOf(parts.policy.signals.bucketSeconds)
    this.tally = new Tally(this.resolutions)
    this.recentCounts = new RecentCounts(parts.ledger, this.tally, this.resolutions.minute)
    this.watch = new ChangeWatch(parts, this.resolutions)
  }

  /**
   * Counts an attempt on a direct hop that is about to be written, and gives what is due to be written with it. `putBack`
   * if the write did not come about: it takes this attempt out again.
   *
   * @param good how it counts as mail to a good recipient; `null` if it does not
   */
  recorded(route: Route, action: Action, now: number, good: string | null = null): Taken {
    const result = route.hop === 'relay' ? null : resultOf(action)
    if (result === null) return this.tally.takeIfDue(now)
    const place = this.placeOf(route, now)
    const fields = this.fieldsOf(place, action, result)
    this.count(place, fields, now, 1)
    if (good !== null) this.tally.add(goodSeries, good, now)
    if (action.type === 'suppress') this.tally.add('readers', 'suppressed', now)
    const taken = this.tally.takeIfDue(now)
    this.flushSoon()
    return {
      counts: taken.counts,
      putBack: () => {
        taken.putBack()
        this.count(place, fields, now, -1)
        if (good !== null) this.tally.add(goodSeries, good, now, -1)
        if (action.type === 'suppress') this.tally.add('readers', 'suppressed', now, -1)
      },
    }
  }

  /**
   * The attempts of the last minutes through one scope, those that are not written yet included. Where lanes, streams or
   * domains are too many to have counts of their own, all of those count. Rejects if the ledger is out of reach.
   */
  async recent(route: Route, { kind, windowSeconds, rules }: RecentAsked, now: number): Promise<Recent> {
    const place = this.placeOf(route, now)
    const [lane = '', stream = ''] = place.prefix.split(' ')
    const ofFrom = kind === 'from-domain' ? place.fromSeries : null
    const isByDomain = kind === 'sending-domain' || kind === 'from-domain'
    const series = ofFrom ?? (isByDomain ? place.series : 'all')
    const groups = await this.recentCounts.of(series, windowSeconds, now)
    const sum = sumMail(groups, {
      ...(kind !== 'sending-domain' && ofFrom === null && { lane }),
      ...((kind === 'stream' || kind === 'from-domain') && { stream }),
    })
    return {
      attempts: sum.attempts,
      refused: rules.reduce((refused, rule) => refused + (sum.rules[rule] ?? 0), 0),
    }
  }

  /** Counts the recipients that `admit` did not let go. */
  admitted(route: Route, admissions: readonly Admission[], now: number): void {
    for (const { decision } of admissions) {
      if (decision === 'send') continue
      const { series, prefix } = this.placeOf(route, now)
      this.tally.add(series, `${prefix} -${decision}`, now)
      this.flushSoon()
    }
  }

  /** Counts something that a reader did. What is told late, such as an old list, is counted by the hour. */
  read(what: string, at: number): void {
    const { minute, hour } = this.resolutions
    const isLate = this.parts.clock() - at > minute.keepMs
    this.tally.add('readers', what, isLate ? bucketOf(at, hour) * hour.width : at)
    this.flushSoon()
  }

  /** Looks at the numbers, at most once a minute. Does not keep the caller waiting. */
  look(now: number): void {
    this.watch.look(now)
  }

  /** Resolves when all that was counted is in the ledger, and nothing is being looked at. */
  async flush(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    await this.watch.idle()
    const taken = this.tally.take(this.parts.clock())
    if (taken.counts.length === 0) return
    try {
      await this.parts.ledger.write([], [], taken.counts)
    } catch (error) {
      taken.putBack()
      throw error
    }
  }

  /** For what no later write takes along. The process may end meanwhile: `close` writes it. */
  private flushSoon(): void {
    if (this.timer !== null || this.tally.isEmpty) return
    const wait = Math.max(this.resolutions.minute.width / 60, 50)
    this.timer = setTimeout(() => {
      this.timer = null
      // A ledger that is out of reach is told of by those who need an answer; the numbers wait for the next write.
      this.flush().catch(() => {})
    }, wait)
    this.timer.unref()
  }

  private count({ series, fromSeries }: Place, fields: readonly string[], now: number, by: number): void {
    for (const field of fields) {
      this.tally.add(series, field, now, by)
      if (fromSeries !== null) this.tally.add(fromSeries, field, now, by)
    }
  }

  private placeOf(route: Route, now: number): Place {
    return this.places.of(route, bucketOf(now, this.resolutions.day))
  }

  /** What an attempt on a direct hop adds to. */
  private fieldsOf({ prefix, delivered, message }: Place, action: Action, result: Result): string[] {
    const attempt =
      result === 'delivered' ? delivered : `${prefix} ${result} ${action.verdict?.rule ?? noReply}`
    return action.attempts === 1 ? [attempt, message] : [attempt]
  }
}
