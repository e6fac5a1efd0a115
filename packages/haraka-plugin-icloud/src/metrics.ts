import cluster from 'node:cluster'
import { createRequire } from 'node:module'
import type { Gauge, Registry } from 'prom-client'
import type { Engine } from '@icloud-delivery/engine'

type PromClient = typeof import('prom-client')

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
  // The one that workers send to the master.
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
  gauge(prom, register, 'icloud_parked_messages', 'Messages that wait for a hold to end', [], (one) =>
    one.set(sources.parked()),
  )
  // What stands in the ledger is the same in all processes, so it is not summed.
  const shared = cluster.isPrimary ? ledgerMetrics(prom, sources.engine) : null
  const workers = cluster.isPrimary ? new prom.AggregatorRegistry() : null
  return {
    contentType: register.contentType,
    decided({ action, rule, stream }) {
      decisions.inc({ action, rule: rule ?? '', stream })
    },
    async text() {
      const [counted, remembered] = await Promise.all([
        hasWorkers() && workers ? workers.clusterMetrics() : register.metrics(),
        shared?.metrics(),
      ])
      return `${counted}\n${remembered ?? ''}`
    },
  }
}

function ledgerMetrics(prom: PromClient, engine: MetricSources['engine']): Registry {
  const registry = new prom.Registry()
  const lane = ['lane']
  let asked: ReturnType<Engine['lanes']> | null = null
  // Three gauges ask at the same time.
  const lanes = (): ReturnType<Engine['lanes']> => {
    asked ??= engine.lanes().finally(() => (asked = null))
    return asked
  }
  gauge(prom, registry, 'icloud_lane_concurrency', 'Connections that a lane gives now', lane, async (one) => {
    for (const { lane: name, concurrency } of await lanes()) one.set({ lane: name }, concurrency)
  })
  gauge(prom, registry, 'icloud_lane_leased', 'Connections that processes hold', lane, async (one) => {
    for (const { lane: name, leased } of await lanes()) one.set({ lane: name }, leased)
  })
  gauge(
    prom,
    registry,
    'icloud_lane_accepted_rate',
    'Messages a second that Apple accepts',
    lane,
    async (one) => {
      for (const { lane: name, acceptedRate } of await lanes()) one.set({ lane: name }, acceptedRate)
    },
  )
  gauge(prom, registry, 'icloud_holds', 'Open holds', ['scope', 'rule'], async (one) => {
    for (const { scope, rule } of await engine.holds()) one.inc({ scope, rule })
  })
  return registry
}

/** A number that is looked up each time. What is not there any more vanishes; what cannot be had is left out. */
function gauge(
  prom: PromClient,
  registry: Registry,
  name: string,
  help: string,
  labelNames: string[],
  look: (one: Gauge) => void | Promise<void>,
): void {
  new prom.Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    async collect() {
      this.reset()
      await Promise.resolve(look(this)).catch(() => this.reset())
    },
  })
}

function hasWorkers(): boolean {
  return Object.keys(cluster.workers ?? {}).length > 0
}
