import cluster from 'node:cluster'
import { createRequire } from 'node:module'
import type { Gauge } from 'prom-client'
import type { Engine, LaneStatus } from '@icloud-delivery/engine'
import { withDeadline } from './deadline.ts'
import { answerMaster, numbersOfWorkers } from './worker-numbers.ts'

type PromClient = typeof import('prom-client')

/** How long a number is waited for, in ms. The master waits 5 s for its workers, and the others count without a ledger. */
const LONGEST_LOOK = 2000

/** What is counted of a decision. */
export interface Counted {
  action: string
  rule: string | null
  stream: string
}

/** What is looked up when the numbers are asked for. */
export interface MetricSources {
  engine: Pick<Engine, 'lanes' | 'holds' | 'on'>
  /** Messages of this process that wait for a hold to end. */
  parked: () => number
  /** Messages of this process that wait for a connection of their lane. */
  waiting: () => number
}

/** The plugin's numbers. */
export interface Metrics {
  decided(counted: Counted): void
  /** In the format of Prometheus, over all worker processes. */
  text(): Promise<string>
  readonly contentType: string
}

/**
 * Counts, and gathers what the workers count: in the master, or in the only process there is.
 *
 * @throws if `prom-client` is not installed
 */
export function createMetrics(sources: MetricSources): Metrics {
  const prom = createRequire(import.meta.url)('prom-client') as PromClient
  // The one that everything is counted in that names no other.
  const { register } = prom
  const decisions = new prom.Counter({
    name: 'icloud_decisions_total',
    help: 'What was decided about recipients, and what Apple accepted',
    labelNames: ['action', 'rule', 'stream'],
  })
  const alerts = new prom.Counter({
    name: 'icloud_alerts_total',
    help: 'Alerts: things that a person should look at',
    labelNames: ['kind'],
  })
  sources.engine.on('alert', ({ kind }) => alerts.inc({ kind }))
  gauge(prom, 'sum', 'icloud_parked_messages', 'Messages that wait for a hold to end', [], () => [
    { labels: {}, value: sources.parked() },
  ])
  const waiting = 'Messages that wait for a connection of their lane'
  gauge(prom, 'sum', 'icloud_waiting_messages', waiting, [], () => [{ labels: {}, value: sources.waiting() }])
  ledgerMetrics(prom, sources.engine)
  answerMaster(() => register.getMetricsAsJSON())
  return {
    contentType: register.contentType,
    decided({ action, rule, stream }) {
      decisions.inc({ action, rule: rule ?? '', stream })
    },
    async text() {
      if (!hasWorkers()) return register.metrics()
      return prom.AggregatorRegistry.aggregate(await numbersOfWorkers()).metrics()
    },
  }
}

/**
 * What stands in the ledger is the same in all processes, so it is not summed. The master has no part in it: it may run as
 * root, and a ledger that it makes could be used by nobody else.
 */
function ledgerMetrics(prom: PromClient, engine: MetricSources['engine']): void {
  let asked: ReturnType<Engine['lanes']> | null = null
  // All gauges ask at the same time.
  const lanes = (): ReturnType<Engine['lanes']> => {
    asked ??= engine.lanes().finally(() => (asked = null))
    return asked
  }
  const ofLanes = (name: string, help: string, value: (lane: LaneStatus) => number): Gauge =>
    gauge(prom, 'max', name, help, ['lane'], async () =>
      (await lanes()).map((one) => ({ labels: { lane: one.lane }, value: value(one) })),
    )
  ofLanes('icloud_lane_concurrency', 'Connections that a lane gives now', ({ concurrency }) => concurrency)
  ofLanes('icloud_lane_leased', 'Connections that processes hold', ({ leased }) => leased)
  ofLanes(
    'icloud_lane_accepted_rate',
    'Messages a second that Apple accepts',
    ({ acceptedRate }) => acceptedRate,
  )
  gauge(prom, 'max', 'icloud_holds', 'Open holds', ['scope', 'rule'], async () => {
    const counts = new Map<string, Sample>()
    for (const { scope, rule } of await engine.holds()) {
      const key = `${scope} ${rule}`
      counts.set(key, { labels: { scope, rule }, value: (counts.get(key)?.value ?? 0) + 1 })
    }
    return [...counts.values()]
  })
}

interface Sample {
  labels: Record<string, string>
  value: number
}

/** A number that is looked up each time. What is not there any more vanishes, and so does what cannot be had. */
function gauge(
  prom: PromClient,
  aggregator: 'sum' | 'max',
  name: string,
  help: string,
  labelNames: string[],
  look: () => readonly Sample[] | Promise<readonly Sample[]>,
): Gauge {
  return new prom.Gauge({
    name,
    help,
    labelNames,
    aggregator,
    async collect() {
      const samples = await withDeadline(Promise.resolve(look()), LONGEST_LOOK, 'A number').catch(() => [])
      // At once, as two may ask at the same time.
      this.reset()
      for (const { labels, value } of samples) this.set(labels, value)
    },
  })
}

function hasWorkers(): boolean {
  return Object.keys(cluster.workers ?? {}).length > 0
}
