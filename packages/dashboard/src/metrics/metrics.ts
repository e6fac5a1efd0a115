import { rules } from '@icloud-delivery/rules'
import type { Engine, LaneStatus, Rates } from '@icloud-delivery/engine'
import { Counter, Gauge, Registry } from 'prom-client'
import type { Batch } from '../live/event-tail.ts'
import { BoundedNames } from './bounded-names.ts'

const actions: ReadonlySet<string> = new Set([
  'delivered',
  'retry',
  'hold',
  'soft-bounce',
  'suppress',
  'fail',
])
const ruleIds: ReadonlySet<string> = new Set([...rules.map(({ id }) => id), 'no-reply'])
const kept = { hour: 'hour', day: 'day' } as const
const mostLanes = 50
const mostStreams = 50

/** What `/metrics` shows. Names and labels are in the README; they are stable. */
export class Metrics {
  readonly contentType: string
  private readonly registry = new Registry()
  private readonly engine: Engine
  private readonly suppressed: () => number | null
  private readonly lanes = new BoundedNames(mostLanes)
  private readonly streams = new BoundedNames(mostStreams)
  private readonly outcomes: Counter<'action' | 'lane' | 'stream'>
  private readonly replies: Counter<'rule' | 'action'>
  private readonly alerts: Counter<'kind'>
  private readonly acts: Counter<'action'>
  private readonly skipped: Counter
  private readonly looked: ReturnType<Metrics['gauges']>

  /** @param suppressed how many addresses are suppressed; `null`: not known */
  constructor(engine: Engine, suppressed: () => number | null) {
    this.engine = engine
    this.suppressed = suppressed
    this.contentType = this.registry.contentType
    const registers = [this.registry]
    this.outcomes = new Counter({
      name: 'icloud_outcomes_total',
      help: 'Outcomes of attempts that were recorded since the dashboard began, by what was done',
      labelNames: ['action', 'lane', 'stream'],
      registers,
    })
    this.replies = new Counter({
      name: 'icloud_replies_total',
      help: 'Replies that were no acceptance, by rule and what was done',
      labelNames: ['rule', 'action'],
      registers,
    })
    this.alerts = new Counter({
      name: 'icloud_dashboard_alerts_total',
      help: 'Alerts in the event log: things that a person should look at',
      labelNames: ['kind'],
      registers,
    })
    this.acts = new Counter({
      name: 'icloud_dashboard_actions_total',
      help: 'What was done by hand in this dashboard',
      labelNames: ['action'],
      registers,
    })
    this.skipped = new Counter({
      name: 'icloud_dashboard_gaps_total',
      help: 'Times when the event log grew faster than it was read: the counts above are then too low',
      registers,
    })
    this.looked = this.gauges(registers)
  }

  /** Counts new lines of the event log. */
  take({ events, gap }: Batch): void {
    if (gap) this.skipped.inc()
    for (const { type, data } of events) {
      if (type === 'alert') this.alerts.inc({ kind: String(data.kind).slice(0, 40) })
      if (!actions.has(type)) continue
      const lane = this.lanes.of(data.lane)
      this.outcomes.inc({ action: type, lane, stream: this.streams.of(data.stream) })
      if (type === 'delivered') continue
      const rule = typeof data.rule === 'string' && ruleIds.has(data.rule) ? data.rule : 'other'
      this.replies.inc({ rule, action: type })
    }
  }

  acted(action: string): void {
    this.acts.inc({ action })
  }

  /** In the format of Prometheus. What cannot be had from the ledger is left out, and `icloud_ledger_up` is 0. */
  async text(): Promise<string> {
    const { up, ...others } = this.looked
    for (const gauge of Object.values(others)) gauge.reset()
    // Those without labels would say 0.
    others.incidents.remove()
    others.suppressed.remove()
    try {
      const { engine } = this
      const [lanes, holds, incidents, hour, day] = await Promise.all([
        engine.lanes(),
        engine.holds(),
        engine.incidents(),
        engine.rates({ window: 'hour' }),
        engine.rates({ window: 'day' }),
      ])
      this.setLanes(lanes)
      for (const { scope, rule } of holds)
        others.holds.inc({ scope, rule: ruleIds.has(rule) ? rule : 'other' })
      others.incidents.set(incidents.filter(({ endedAt }) => endedAt === null).length)
      this.setRates(kept.hour, hour)
      this.setRates(kept.day, day)
      const suppressed = this.suppressed()
      if (suppressed !== null) others.suppressed.set(suppressed)
      up.set(1)
    } catch {
      up.set(0)
    }
    return this.registry.metrics()
  }

  private setLanes(lanes: readonly LaneStatus[]): void {
    const { concurrency, ceiling, leased, accepted, warmUpDay, warmUpLeft } = this.looked
    for (const one of lanes) {
      const lane = this.lanes.of(one.lane)
      concurrency.inc({ lane }, one.concurrency)
      ceiling.inc({ lane }, one.ceiling)
      leased.inc({ lane }, one.leased)
      accepted.inc({ lane }, one.acceptedRate)
      if (one.warmUp === null) continue
      warmUpDay.set({ lane }, one.warmUp.day)
      warmUpLeft.inc({ lane }, Math.max(0, one.warmUp.messages - one.warmUp.used))
    }
  }

  private setRates(window: string, rates: Rates): void {
    const { attempts, deferral, bounce, policy } = this.looked
    attempts.set({ window }, rates.attempts)
    if (rates.deferralRate !== null) deferral.set({ window }, rates.deferralRate)
    if (rates.bounceRate !== null) bounce.set({ window }, rates.bounceRate)
    if (rates.policyRate !== null) policy.set({ window }, rates.policyRate)
  }

  private gauges(registers: Registry[]) {
    const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]): Gauge<L> =>
      new Gauge({ name, help, labelNames, registers })
    return {
      up: gauge('icloud_ledger_up', 'Whether the ledger answered'),
      concurrency: gauge('icloud_lane_concurrency', 'Connections that a lane gives now', 'lane'),
      ceiling: gauge('icloud_lane_ceiling', 'Connections that a lane gives at most', 'lane'),
      leased: gauge('icloud_lane_leased', 'Connections that processes hold', 'lane'),
      accepted: gauge('icloud_lane_accepted_rate', 'Messages a second that Apple accepts', 'lane'),
      warmUpDay: gauge('icloud_lane_warm_up_day', 'The day of the warm-up, from 1', 'lane'),
      warmUpLeft: gauge('icloud_lane_warm_up_left', 'Messages that the warm-up has left for today', 'lane'),
      holds: gauge('icloud_holds', 'Open holds', 'scope', 'rule'),
      incidents: gauge('icloud_incidents_open', 'Incidents at Apple that last'),
      suppressed: gauge('icloud_suppressed_addresses', 'Addresses that are suppressed for something'),
      attempts: gauge('icloud_attempts', 'Attempts in the last hour and day', 'window'),
      deferral: gauge('icloud_deferral_ratio', 'Share of attempts that were deferred, 0 to 1', 'window'),
      bounce: gauge('icloud_bounce_ratio', "Share refused for the recipient's reasons, 0 to 1", 'window'),
      policy: gauge('icloud_policy_ratio', 'Share refused for other reasons, 0 to 1', 'window'),
    }
  }
}
