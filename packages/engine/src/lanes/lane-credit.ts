import type { Member, Turn } from './decide-turn.ts'
import { warmUpTable, type LanePolicy } from './lane-policy.ts'
import type { CreditRequest } from './warm-up.ts'
import type { Waiter, Waiting } from './waiting.ts'

/** Messages that may go, taken in advance; below 0 they went without asking. */
interface Purse {
  has: number
  /** ms since the epoch of the last asking, and how long after it there is nothing more. */
  askedAt: number
  waitMs: number
}

const empty: Purse = { has: 0, askedAt: -Infinity, waitMs: 0 }

/** What this process took of a lane's warm-up and of its streams' even pace: a few messages at a time. */
export class LaneCredit {
  private policy: LanePolicy
  private warmUp: Purse | null
  private readonly spread = new Map<string, Purse>()

  constructor(policy: LanePolicy) {
    this.policy = policy
    this.warmUp = warmUpTable(policy) === null ? null : { ...empty }
    for (const stream of Object.keys(policy.spread)) this.spread.set(stream, { ...empty })
  }

  /** Another policy from now on. What was taken stays taken. */
  follow(policy: LanePolicy): void {
    this.policy = policy
    this.warmUp = warmUpTable(policy) === null ? null : (this.warmUp ?? { ...empty })
    for (const stream of this.spread.keys())
      if (!Object.hasOwn(policy.spread, stream)) this.spread.delete(stream)
    for (const stream of Object.keys(policy.spread))
      if (!this.spread.has(stream)) this.spread.set(stream, { ...empty })
  }

  /** Whether a message may go. Urgent mail is never delayed by a warm-up. */
  has(stream: string, priority: number): boolean {
    if (priority > 0 && this.warmUp !== null && this.warmUp.has < 1) return false
    return (this.spread.get(stream)?.has ?? 1) >= 1
  }

  /** Messages that may go, as far as this process knows; those that are worth asking for count. */
  most(stream: string, priority: number, now: number): number {
    let most = Infinity
    for (const purse of [priority > 0 ? this.warmUp : null, this.spread.get(stream)]) {
      if (purse != null)
        most = Math.min(most, purse.has >= 1 ? purse.has : waitLeft(purse, now) === 0 ? Infinity : 0)
    }
    return most
  }

  spend(stream: string, messages: number): void {
    if (this.warmUp !== null) this.warmUp.has -= messages
    const purse = this.spread.get(stream)
    if (purse !== undefined) purse.has -= messages
  }

  /** What to tell and to ask for. Whoever leaves gives back what is left. */
  request<W extends Waiter>(waiting: Waiting<W>, isLeaving: boolean): Pick<Member, 'warmUp' | 'spread'> {
    const spread: Record<string, CreditRequest> = {}
    for (const { stream, waiting: count } of waiting.byStream()) {
      const purse = this.spread.get(stream)
      if (purse !== undefined) spread[stream] = this.ask(purse, count, isLeaving)
    }
    for (const [stream, purse] of this.spread) spread[stream] ??= this.ask(purse, 0, isLeaving)
    const none = { charge: 0, asked: 0 }
    return {
      warmUp: this.warmUp === null ? none : this.ask(this.warmUp, waiting.count.bulk, isLeaving),
      spread,
    }
  }

  take(turn: Turn, told: Member, now: number): void {
    if (this.warmUp !== null) receive(this.warmUp, told.warmUp, turn.warmUp, now)
    for (const [stream, granted] of Object.entries(turn.spread)) {
      const purse = this.spread.get(stream)
      const request = told.spread[stream]
      if (purse !== undefined && request !== undefined) receive(purse, request, granted, now)
    }
  }

  /** Whether somebody waits for credit, and it is time to ask for some. */
  isDue<W extends Waiter>(waiting: Waiting<W>, now: number): boolean {
    return this.waitMs(waiting, now) <= 0
  }

  /** ms until it is worth asking for somebody who waits; Infinity if nobody waits for credit. */
  waitMs<W extends Waiter>(waiting: Waiting<W>, now: number): number {
    let wait = Infinity
    for (const { stream, priority } of waiting.byStream()) {
      if (!this.has(stream, priority)) wait = Math.min(wait, this.waitMsOf(stream, priority, now))
    }
    return wait
  }

  waitMsOf(stream: string, priority: number, now: number): number {
    const purses = [priority > 0 ? this.warmUp : null, this.spread.get(stream)]
    return Math.max(0, ...purses.map((purse) => (purse != null && purse.has < 1 ? waitLeft(purse, now) : 0)))
  }

  /** Why a message has to wait. */
  obstacle(stream: string, priority: number): string {
    const isWarmingUp = priority > 0 && this.warmUp !== null && this.warmUp.has < 1
    return isWarmingUp
      ? 'the warm-up of the lane gives no more for now'
      : 'the stream goes at an even pace, and is ahead of it'
  }

  private ask(purse: Purse, waiting: number, isLeaving: boolean): CreditRequest {
    const { has } = purse
    if (!Number.isFinite(has)) return { charge: 0, asked: 0 }
    if (isLeaving || has < 0)
      return { charge: -has, asked: isLeaving ? 0 : Math.min(waiting, this.policy.ceiling) }
    return { charge: 0, asked: Math.max(0, Math.min(waiting, this.policy.ceiling) - has) }
  }
}

function receive(
  purse: Purse,
  { charge, asked }: CreditRequest,
  { granted, waitMs }: Turn['warmUp'],
  now: number,
): void {
  purse.has = granted === Infinity ? Infinity : purse.has + charge + granted
  purse.askedAt = now
  purse.waitMs = granted < asked || asked === 0 ? waitMs : 0
}

/** A clock that jumped back ends the wait. */
function waitLeft({ askedAt, waitMs }: Purse, now: number): number {
  return now < askedAt ? 0 : Math.max(0, askedAt + waitMs - now)
}
