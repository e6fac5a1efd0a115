import { bucketOf, type Resolution } from '../signals/buckets.ts'
import type { RecipientState, SoftBounces } from '../state/state.ts'

/**
 * What a reply did to a recipient, so that it can be found by the hour and taken back: among millions of recipients nobody
 * can look for it.
 */
export interface Trace {
  /** The kind of reply. */
  kind: string
  rule: string
  /** ms since the epoch. */
  at: number
  messageId: string
  /** The count of its rule before it; left out if it counted nothing, `null` if it was the first. */
  bounces?: SoftBounces | null
}

const prefix = 'against/'
/** An address has few in an hour. */
const mostTraces = 8
/** Digits of the hour, so that keys stand in the order of time. */
const digits = 10

/** The ledger keys of traces in one hour begin so. */
export function tracesOfHour(hour: number): string {
  return `${prefix}${String(hour).padStart(digits, '0')}/`
}

/** Where the traces of an address are kept now. */
export function traceKey(address: string, now: number, hour: Resolution): string {
  return tracesOfHour(bucketOf(now, hour)) + address
}

/** The address of a key of {@link traceKey}. */
export function addressOfTrace(key: string): string {
  return key.slice(prefix.length + digits + 1)
}

/** The hour of such a key. */
export function hourOfTrace(key: string): number {
  return Number(key.slice(prefix.length, prefix.length + digits))
}

/** All keys of traces begin so. */
export const tracePrefix: string = prefix

/** The trace of a reply that changed what is held against a recipient; `null` if it did not. */
export function traceOf(
  before: RecipientState,
  after: RecipientState,
  reply: Pick<Trace, 'kind' | 'rule' | 'at' | 'messageId'>,
): Trace | null {
  const count = (state: RecipientState): SoftBounces | undefined =>
    state.softBounces?.find((bounces) => bounces.rule === reply.rule)
  const counted = count(after) !== count(before)
  const isAgainst =
    counted ||
    before.suppressions !== after.suppressions ||
    (after.quarantine !== undefined && after.quarantine !== before.quarantine)
  if (!isAgainst) return null
  return counted ? { ...reply, bounces: count(before) ?? null } : { ...reply }
}

/** The traces of an address with one more. */
export function withTrace(before: readonly Trace[], trace: Trace): readonly Trace[] {
  return [...before, trace].slice(-mostTraces)
}
