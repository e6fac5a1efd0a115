import type { Canary, Engine, Hold, Incident, LaneStatus, Rates } from '@icloud-delivery/engine'

/** How things stand. Times are ms since the epoch. */
export interface Status {
  /** The ledger, without a password. */
  ledger: string
  at: number
  rates: Rates
  lanes: readonly LaneStatus[]
  holds: readonly Hold[]
  /** Test batches that wait or were stopped. */
  canaries: readonly Canary[]
  /** Those that last. */
  incidents: readonly Incident[]
}

/** Asks the engine for everything that {@link Status} holds. */
export async function readStatus(
  engine: Engine,
  ledger: string,
  window: 'hour' | 'day' | 'month',
): Promise<Status> {
  const [rates, lanes, holds, canaries, incidents] = await Promise.all([
    engine.rates({ window }),
    engine.lanes(),
    engine.holds(),
    engine.canaries(),
    engine.incidents(),
  ])
  return {
    ledger,
    at: rates.until,
    rates,
    lanes,
    holds,
    canaries: canaries.filter(({ verdict }) => verdict !== 'go'),
    incidents: incidents.filter(({ endedAt }) => endedAt === null),
  }
}
