import type { Kinds } from './decide-turn.ts'
import { kindOf, type Head } from './grant-order.ts'
import { LaneCredit } from './lane-credit.ts'
import type { LanePolicy } from './lane-policy.ts'
import type { Share } from './lane-shares.ts'
import { LocalRate } from './local-rate.ts'
import type { Waiter, Waiting } from './waiting.ts'

/** What this process may do on a lane now: connections, rate, and credit of a warm-up or an even pace. */
export class LaneRoom {
  /** Connections in use. */
  readonly used: Kinds = { urgent: 0, bulk: 0 }
  /** Connections that may be used; fewer than are in use if the lane was slowed or others wait. */
  allowed: Share = { slots: 0, bulk: 0 }
  readonly rate: LocalRate = new LocalRate()
  readonly credit: LaneCredit

  constructor(policy: LanePolicy) {
    this.credit = new LaneCredit(policy)
  }

  get inUse(): number {
    return this.used.urgent + this.used.bulk
  }

  get hasConnection(): boolean {
    return this.inUse < this.allowed.slots
  }

  /** Nothing above this may be used any more. */
  limit({ slots, bulk }: Share): void {
    this.allowed = { slots: Math.min(this.allowed.slots, slots), bulk: Math.min(this.allowed.bulk, bulk) }
  }

  /** Whether a connection may be opened for a stream. */
  mayGo(stream: string, priority: number, now: number): boolean {
    if (!this.hasConnection || !this.rate.hasRoom(now)) return false
    if (priority > 0 && this.used.bulk >= this.allowed.bulk) return false
    return this.credit.has(stream, priority)
  }

  /** Whether a connection that is in use may carry more: not if somebody of a higher class could have it. */
  mayGoOn<W extends Waiter>(stream: string, priority: number, waiting: Waiting<W>, now: number): boolean {
    if (this.inUse > this.allowed.slots || !this.rate.hasRoom(now)) return false
    if (priority > 0 && this.used.bulk > this.allowed.bulk) return false
    const hasCredit = (ofStream: string, ofClass: number): boolean => this.credit.has(ofStream, ofClass)
    return hasCredit(stream, priority) && !waiting.hasBefore(priority, hasCredit)
  }

  open(head: Pick<Head, 'priority'>): void {
    this.used[kindOf(head)]++
  }

  close(head: Pick<Head, 'priority'>): void {
    this.used[kindOf(head)]--
  }

  /** Messages go; fewer than 0 did not go after all. */
  charge(stream: string, messages: number, now: number): void {
    this.rate.count(messages, now)
    this.credit.spend(stream, messages)
  }

  /** Those who wait and could use a connection now, as far as it depends on credit. */
  able<W extends Waiter>(waiting: Waiting<W>, now: number): Kinds {
    const able: Kinds = { urgent: 0, bulk: 0 }
    for (const { stream, priority, waiting: count } of waiting.byStream())
      able[kindOf({ priority })] += Math.min(count, this.credit.most(stream, priority, now))
    return able
  }

  /** ms until somebody who waits may go, as far as that is known; Infinity if it depends on others. */
  waitMs<W extends Waiter>(waiting: Waiting<W>, now: number): number {
    if (!this.hasConnection) return Infinity
    const credit = this.credit.waitMs(waiting, now)
    return this.rate.hasRoom(now) ? credit : Math.min(credit, this.rate.waitMs(now))
  }

  /** ms until it is worth for somebody to ask again, as far as that is known. */
  waitMsOf(stream: string, priority: number, now: number): number {
    return Math.max(this.rate.waitMs(now), this.credit.waitMsOf(stream, priority, now))
  }

  /** Why somebody could not go. */
  obstacle(stream: string, priority: number, now: number): string {
    if (!this.credit.has(stream, priority)) return this.credit.obstacle(stream, priority)
    if (!this.rate.hasRoom(now)) return 'the lane has used up its rate for now'
    return 'all connections of the lane are in use'
  }
}
