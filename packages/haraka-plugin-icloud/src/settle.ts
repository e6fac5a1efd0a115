import constants from 'haraka-constants'
import type { Address, BounceError, DeferredParams, HMail, Next } from './haraka.ts'
import type { HoldRef } from '@icloud-delivery/engine'
import type { Parked } from './parked.ts'
import { giveWay } from './split-mark.ts'
import { splitOff, type Splitter } from './split.ts'

/**
 * What is to become of a message for one recipient.
 *
 * - `later`: try again in `ms`, or when one of the holds that it is `behind` ends (`null`: which is not known). Uses up
 *   none of Haraka's attempts unless `counted`
 * - `alone`: the same, in a message of its own, so that the next reply is known to be about this recipient
 * - `bounce`: give up, with a DSN; the recipient carries what it says
 * - `host`: what Haraka does without us
 */
export type Fate =
  | { kind: 'later'; ms: number; why: string; counted?: boolean; behind?: readonly HoldRef[] | null }
  | { kind: 'alone'; ms: number; why: string }
  | { kind: 'bounce'; why: string }
  | { kind: 'host' }

/** What {@link keep} needs to know of a fate. */
type Later = Pick<Extract<Fate, { kind: 'later' }>, 'ms' | 'why' | 'counted'>

/** What the next hook has to do with a message that we put on its way ourselves. */
type Order = { kind: 'later'; ms: number; failures: number } | { kind: 'bounce' }

const orders = new WeakMap<HMail, Order>()

/** In a `deferred` hook: carries out what {@link keep} began. `false`: it began nothing. */
export function obeyDeferred(next: Next, hmail: HMail, params: DeferredParams): boolean {
  const order = orders.get(hmail)
  if (order?.kind !== 'later') return false
  orders.delete(hmail)
  hmail.num_failures = order.failures
  params.delay = order.ms / 1000
  next()
  return true
}

/** In a `bounce` hook: carries out what {@link giveUp} began. `false`: it began nothing. */
export function obeyBounce(next: Next, hmail: HMail): boolean {
  const order = orders.get(hmail)
  if (order?.kind !== 'bounce') return false
  orders.delete(hmail)
  next()
  return true
}

/** Puts a message into the queue again, to be tried in `ms`. Survives a restart. */
export function keep(hmail: HMail, { ms, why, counted = false }: Later): void {
  const failures = Math.max(0, Math.min(hmail.num_failures, budgetOf(hmail))) + (counted ? 1 : 0)
  orders.set(hmail, { kind: 'later', ms: Math.ceil(ms), failures })
  // temp_fail counts up and, where the budget is used up, bounces: that would bring us back here for ever.
  hmail.num_failures = -1
  hmail.temp_fail(why)
}

/** Gives a message up, with a DSN. */
export function giveUp(hmail: HMail, why: string): void {
  orders.set(hmail, { kind: 'bounce' })
  hmail.bounce(why)
}

/** What settling needs besides the hook's own arguments. */
export interface Means extends Splitter {
  parked: Parked
}

/** How often Haraka tries again after failures that it counts. */
export function budgetOf(hmail: HMail): number {
  return hmail.cfg.temp_fail_intervals.length
}

/** Ends a `deferred` hook so that each recipient meets its fate. */
export async function settleDeferred(
  means: Means,
  next: Next,
  hmail: HMail,
  params: DeferredParams,
  fates: ReadonlyMap<Address, Fate>,
): Promise<void> {
  const groups = groupsOf(fates)
  const fate = groups[0]?.fate ?? { kind: 'host' }
  if (groups.length > 1) {
    const hosts: Fate = { kind: 'later', ms: params.delay * 1000, why: params.err }
    return scatter(means, next, hmail, groups, hosts)
  }
  switch (fate.kind) {
    case 'host':
      return next()
    case 'later':
    case 'alone':
      // Haraka has counted this attempt already.
      hmail.num_failures = Math.max(0, hmail.num_failures - 1)
      params.delay = Math.ceil(fate.ms) / 1000
      park(means, hmail, fate)
      return next()
    case 'bounce':
      return instead(next, hmail, () => giveUp(hmail, fate.why))
  }
}

/** Ends a `bounce` hook so that each recipient meets its fate. */
export async function settleBounce(
  means: Means,
  next: Next,
  hmail: HMail,
  error: BounceError,
  fates: ReadonlyMap<Address, Fate>,
): Promise<void> {
  const groups = groupsOf(fates)
  const fate = groups[0]?.fate ?? { kind: 'host' }
  if (groups.length > 1) return scatter(means, next, hmail, groups, { kind: 'bounce', why: error.message })
  switch (fate.kind) {
    case 'host':
      return next()
    case 'bounce':
      error.message = fate.why
      return next()
    case 'later':
    case 'alone':
      return instead(next, hmail, () => {
        keep(hmail, fate)
        park(means, hmail, fate)
      })
  }
}

interface Group {
  fate: Fate
  recipients: Address[]
}

/** Those who meet the same fate, together. Times that differ by less than a second are the same: Haraka's clock ticks so. */
function groupsOf(fates: ReadonlyMap<Address, Fate>): Group[] {
  const groups = new Map<unknown, Group>()
  for (const [recipient, fate] of fates) {
    const key =
      fate.kind === 'alone' ? recipient : fate.kind === 'later' ? Math.round(fate.ms / 1000) : fate.kind
    const group = groups.get(key)
    if (group) group.recipients.push(recipient)
    else groups.set(key, { fate, recipients: [recipient] })
  }
  return [...groups.values()]
}

/**
 * Each group goes on in a queue file of its own and the old file goes away. Taking recipients out of the message in
 * memory would not do: the file keeps them, and a restart would send to them again.
 */
async function scatter(
  means: Means,
  next: Next,
  hmail: HMail,
  groups: readonly Group[],
  hosts: Fate,
): Promise<void> {
  const parts: { part: HMail; fate: Fate }[] = []
  for (const { fate, recipients } of groups) {
    parts.push({ part: await splitOff(means, hmail, recipients), fate: fate.kind === 'host' ? hosts : fate })
  }
  await giveWay(hmail)
  next(constants.ok)
  for (const { part, fate } of parts) {
    if (fate.kind === 'bounce') giveUp(part, fate.why)
    else if (fate.kind !== 'host') {
      keep(part, fate)
      park(means, part, fate)
    }
  }
}

function park({ parked }: Means, hmail: HMail, fate: Fate): void {
  if (fate.kind === 'later' && fate.behind !== undefined) parked.add(hmail, fate.behind)
}

/** Has Haraka drop the message, which is what OK does in these hooks, while one more reference keeps its file for `act`. */
function instead(next: Next, hmail: HMail, act: () => void): void {
  hmail.refcount++
  next(constants.ok)
  act()
}
