import type { Canary, Engine, Hold, Incident, LaneStatus, Rates, StoredEvent } from '@icloud-delivery/engine'

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
  /**
   * The event log has attempts of this span, and no rates were counted: what wrote them counts in other spans, as with Haraka's
   * `[policy] time_scale`, or with a clock of its own.
   */
  otherTime: boolean
}

const logTail = 100
const attempts: readonly string[] = ['delivered', 'retry', 'soft-bounce', 'fail', 'hold', 'suppress']

/** Asks the engine for everything that {@link Status} holds. */
export async function readStatus(
  engine: Engine,
  ledger: string,
  window: 'hour' | 'day' | 'month',
): Promise<Status> {
  const [rates, lanes, holds, canaries, incidents, events] = await Promise.all([
    engine.rates({ window }),
    engine.lanes(),
    engine.holds(),
    engine.canaries(),
    engine.incidents(),
    engine.ledger.events({ limit: logTail }),
  ])
  // A span begins at a full bucket, and counts are written a second after the events.
  const settledMs = 5000
  const isInSpan = ({ at, type, data }: StoredEvent): boolean =>
    attempts.includes(type) &&
    data.origin === undefined &&
    data.seed !== true &&
    // What was told later may count for the recipient alone.
    data.late !== true &&
    at >= rates.since &&
    at < rates.until - settledMs
  return {
    ledger,
    at: rates.until,
    rates,
    lanes,
    holds,
    canaries: canaries.filter(({ verdict }) => verdict !== 'go'),
    incidents: incidents.filter(({ endedAt }) => endedAt === null),
    otherTime:
      rates.attempts === 0 &&
      rates.messages === 0 &&
      events.some((event) => isInSpan(event) || event.at > rates.until + settledMs),
  }
}
