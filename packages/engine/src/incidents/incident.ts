import { clockSlackMs } from '../decide/decide-hold.ts'

/** Trouble at Apple, as the engine saw it. */
export interface Incident {
  /** Such as `2026-01-01T09:12-invalid-recipient`. */
  id: string
  /** `recipients`: good recipients were refused as if they did not exist. `policy`: all mail was refused for its sender or content. */
  type: 'recipients' | 'policy'
  /** The replies that it covers: rules, with a tag or code where no rule knows them, such as `local-policy/ZZ9`. */
  rules: readonly string[]
  /** ms since the epoch of its onset, when it was noticed, and its end; `null` while it lasts. */
  since: number
  detectedAt: number
  endedAt: number | null
  /** How it ended. `recovered`: good recipients accept mail again. `silent`: nothing more was seen. `hand`: an operator. */
  endedBy: 'recovered' | 'silent' | 'hand' | null
  /** What it was noticed by: good recipients refused, out of so many attempts, where so many are usual. */
  numbers: { refused: number; attempts: number; expected: number }
  /** Replies that were retried for its sake. */
  retried: number
  /** Recipients of the onset that were given back: suppressions, doubts and soft bounces taken away. */
  takenBack: number
  /** Messages of the onset that were given up before it was noticed. They cannot be called back. */
  givenUp: number
}

/** One kind of reply that an incident covers. */
export interface Cover {
  kind: string
  /** ms since the epoch. */
  since: number
  detectedAt: number
  /** The last sign of it. */
  lastSeenAt: number
  /** Share of mail to good recipients that it refuses. */
  share: number
  /** Losses per good recipient and day that it showed; left out where that says nothing. */
  perDay?: number
}

/** An incident as it is stored. */
export type StoredIncident = Pick<Incident, 'id' | 'type' | 'since' | 'detectedAt' | 'numbers'> & {
  covers: readonly Cover[]
}

/** A cover that has ended. */
export interface Closed {
  /** Of the incident. */
  id: string
  kind: string
  /** ms since the epoch of its onset and its end. */
  since: number
  at: number
  by: NonNullable<Incident['endedBy']>
  /** If an operator said that it was none: losses per good recipient and day that are usual then. */
  usual?: number
}

/** What is stored under {@link openKey}: what `record` and the watch need to know. */
export interface IncidentState {
  open?: readonly StoredIncident[]
  /** Of the last 9 days. */
  closed?: readonly Closed[]
}

/** What is stored of an incident that is over, under {@link pastKey}. */
export type PastIncident = StoredIncident & Pick<Incident, 'endedAt' | 'endedBy'>

export const openKey = 'incident/open'
export const pastPrefix = 'incident/past/'

/** The ledger key of an incident that is over. */
export function pastKey(id: string): string {
  return `${pastPrefix}${id}`
}

/** The group of counts of one incident: `retried`, `taken-back`, `given-up`. */
export function countsKey(id: string): string {
  return `incident/${id}`
}

/** What has ended. What will end by a clock that was set back since would hide what comes until then. */
export function closedBy(now: number, { closed = [] }: IncidentState): readonly Closed[] {
  return closed.filter(({ at }) => at <= now + clockSlackMs)
}

/**
 * The id of the incident that covers a reply of this kind: one that is open, or, for a reply that is written late, one that
 * was open when it came. What an operator said was none covers nothing.
 *
 * @param at when the reply came, ms since the epoch
 */
export function coveringIncident(
  { open, closed }: IncidentState,
  kind: string,
  at: number,
): string | undefined {
  const lasting = open?.find(({ covers }) => covers.some((cover) => cover.kind === kind))
  if (lasting !== undefined) return lasting.id
  return closed?.find((one) => one.kind === kind && one.by !== 'hand' && at >= one.since && at <= one.at)?.id
}
