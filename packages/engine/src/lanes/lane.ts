import { wantsOf, type Kinds, type Member, type Turn } from './decide-turn.ts'
import type { Entrance, Slot } from './enter.ts'
import { patienceOf } from './grant-order.ts'
import { isSlowable } from './lane-pace.ts'
import type { LanePolicy } from './lane-policy.ts'
import type { Share } from './lane-shares.ts'
import { isApart } from './lane-state.ts'
import { LaneRoom } from './lane-room.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Patience } from '../ledger/patience.ts'
import type { Outage } from '../outage.ts'
import { lingerSeconds, lookEvery } from './look-times.ts'
import { openSlot } from './slot.ts'
import { takeTurn, type TakenTurn } from './take-turn.ts'
import { Waiting, type Waiter } from './waiting.ts'
import { Wake } from './wake.ts'

/** What {@link Lane} works with. */
export interface LaneParts {
  readonly ledger: Ledger
  readonly clock: () => number
  readonly outage: Outage
  readonly patience: Patience
  /** Names this engine in leases. */
  readonly holder: string
}

/** A caller, and how to answer him. */
export interface Caller extends Waiter {
  answer: (entrance: Entrance) => void
}

/** So many callers are sent away before others in this process have a turn. */
const callersAtOnce = 1000

/** What is used or waited for, as of the last turn: more than that is worth another one. */
const everything: Kinds = { urgent: Infinity, bulk: Infinity }

/** One lane, as this process sees it: what it holds of it, and who waits. */
export class Lane {
  readonly name: string
  policy: LanePolicy
  readonly waiting: Waiting<Caller>
  readonly room: LaneRoom
  private readonly parts: LaneParts
  private readonly wake: Wake
  private lease: Share = { slots: 0, bulk: 0 }
  private told: Kinds = { urgent: 0, bulk: 0 }
  private accepted = 0
  private slow: string | null = null
  private slowedAt: number | undefined
  private releasedAt = -Infinity
  private lastOrder = 0
  private looking: Promise<void> | null = null
  private mustLookAgain = false
  private isBlind = false
  private isClosed = false

  constructor(name: string, policy: LanePolicy, parts: LaneParts) {
    this.name = name
    this.policy = policy
    this.parts = parts
    this.waiting = new Waiting(patienceOf(policy.lowestShare))
    this.room = new LaneRoom(policy)
    this.wake = new Wake(() => this.move())
  }

  /** Nothing is held here, and nobody waits. */
  get isIdle(): boolean {
    return this.waiting.isEmpty && this.room.inUse === 0 && this.lease.slots === 0 && this.looking === null
  }

  /** Another policy from now on. Who waits keeps the class that he came with. */
  follow(policy: LanePolicy): void {
    this.policy = policy
    this.waiting.patience = patienceOf(policy.lowestShare)
    this.room.credit.follow(policy)
    this.room.limit({ slots: policy.ceiling, bulk: policy.ceiling })
    if (!this.isClosed && !this.isIdle) void this.look()
  }

  enter(caller: Caller): void {
    this.lastOrder = caller.order
    const now = this.parts.clock()
    const isFree = this.waiting.isEmpty && this.room.mayGo(caller.stream, caller.priority, now)
    if (isFree && !this.isClosed) {
      this.waiting.passBy(caller)
      this.give(caller, now)
    } else this.waiting.push(caller)
    this.move()
  }

  /** He does not want to wait any more. */
  giveUp(caller: Caller, reason: string): void {
    if (caller.isDone) return
    this.waiting.remove(caller)
    this.refuse(caller, this.parts.clock(), reason)
  }

  /** Apple accepted a message. */
  delivered(): void {
    this.accepted++
  }

  /** Halves what the lane gives, unless it was halved a moment ago. Resolves when that is written. */
  slowDown(rule: string): Promise<void> | null {
    if (!isSlowable(this.slowedAt, this.policy, this.parts.clock())) return null
    this.slow = rule
    return this.look()
  }

  /** Takes a turn at the ledger's entry, then serves those who wait. One at a time; calls meanwhile share another one. */
  look(): Promise<void> {
    if (this.looking !== null) {
      this.mustLookAgain = true
      return this.looking
    }
    this.looking = this.run().finally(() => {
      this.looking = null
      this.plan()
    })
    return this.looking
  }

  /** Sends away who waits, and gives back what is not in use. */
  async close(): Promise<void> {
    this.isClosed = true
    const now = this.parts.clock()
    let sent = 0
    for (const caller of this.waiting.drain()) {
      this.refuse(caller, now, 'the engine was closed')
      if (++sent % callersAtOnce === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await this.looking
    if (this.lease.slots > 0 || this.accepted > 0) await this.look()
    this.wake.stop()
  }

  /** Serves, and takes a turn at the ledger's entry if that may help. */
  private move(): void {
    if (this.isClosed) return
    this.serve()
    if (this.isBlind) this.expire(this.lastOrder)
    if (this.needsTurn() || this.wake.isDue(this.lookEverySeconds())) void this.look()
    else this.plan()
  }

  private serve(): void {
    if (this.waiting.isEmpty) return
    const now = this.parts.clock()
    for (;;) {
      const caller = this.waiting.next((stream, priority) => this.room.mayGo(stream, priority, now))
      if (caller === null) return
      this.give(caller, now)
    }
  }

  private give(caller: Caller, now: number): void {
    this.room.open(caller)
    this.room.charge(caller.stream, caller.recipients, now)
    caller.answer({
      decision: 'go',
      slot: this.slotFor(caller),
      retryAt: null,
      reason: 'a connection is free',
    })
  }

  private slotFor(caller: Caller): Slot {
    const { room, waiting, parts, policy } = this
    const { stream, priority } = caller
    return openSlot(this.name, policy.messagesPerConnection, {
      again: (recipients) => {
        const now = parts.clock()
        if (this.isClosed || !room.mayGoOn(stream, priority, waiting, now)) return false
        room.charge(stream, recipients, now)
        return true
      },
      release: (unused) => {
        const now = parts.clock()
        room.close(caller)
        if (unused) room.charge(stream, -caller.recipients, now)
        this.releasedAt = now
        this.move()
      },
    })
  }

  private async run(): Promise<void> {
    do {
      this.mustLookAgain = false
      this.wake.looked()
      const { lastOrder } = this
      let reached: 'read' | 'write' = 'read'
      try {
        const takes = (): Promise<TakenTurn> =>
          takeTurn(this.parts, this.name, this.policy, {
            member: (at) => this.member(at),
            beforeWrite: ({ allowed }) => {
              reached = 'write'
              // What is about to be given back must not be used meanwhile.
              this.room.limit(allowed)
            },
          })
        const { turn, member, now } = await this.parts.patience.run(takes)
        this.take(turn, member, now)
        this.isBlind = false
        this.parts.outage.end(reached)
      } catch (error) {
        this.parts.outage.begin(error, reached)
        this.goBlind()
      }
      this.serve()
      this.expire(lastOrder)
    } while (this.mustLookAgain)
  }

  /** Ends the waiting of those whose time is over. Who came after `lastOrder` has had no turn yet. */
  private expire(lastOrder: number): void {
    const now = this.parts.clock()
    for (;;) {
      const caller = this.waiting.expired(now)
      if (caller === undefined || caller.order > lastOrder) return
      this.waiting.remove(caller)
      this.refuse(caller, now, this.room.obstacle(caller.stream, caller.priority, now))
    }
  }

  private member(now: number): Member {
    const { room, waiting, policy } = this
    const isLeaving = room.inUse === 0 && waiting.isEmpty
    const lingers = !this.isClosed && !isApart(now, this.releasedAt, lingerSeconds(policy.leaseSeconds))
    return {
      id: this.parts.holder,
      used: { ...room.used },
      waiting: room.able(waiting, now),
      lingers,
      accepted: this.accepted,
      slow: this.slow,
      ...room.credit.request(waiting, isLeaving && !lingers),
    }
  }

  private take(turn: Turn, member: Member, now: number): void {
    const { room } = this
    this.lease = turn.lease
    room.allowed = turn.allowed
    room.rate.set(turn.rate)
    const [urgent, bulk] = wantsOf(member, this.policy)
    this.told = { urgent, bulk }
    this.slowedAt = turn.state.slowedAt
    if (this.slow === member.slow) this.slow = null
    if (turn.changed) this.accepted -= member.accepted
    room.credit.take(turn, member, now)
  }

  /** The ledger is out of reach: this process keeps what it had, and one connection at least. */
  private goBlind(): void {
    this.isBlind = true
    const { room } = this
    room.allowed = { ...room.allowed, slots: Math.max(1, room.allowed.slots) }
    this.told = everything
  }

  /** Whether a turn now could let somebody go, or give back what others wait for. */
  private needsTurn(): boolean {
    const { room, waiting, told } = this
    const now = this.parts.clock()
    if (this.isBlind) return false
    if (this.lease.slots > Math.max(room.inUse, room.allowed.slots)) return true
    if (waiting.isEmpty) return false
    const able = room.able(waiting, now)
    const [urgent, bulk] = wantsOf({ used: room.used, waiting: able }, this.policy)
    if ((able.urgent > 0 && urgent > told.urgent) || (able.bulk > 0 && bulk > told.bulk)) return true
    return waiting.waitLeft(now) <= 0 || (room.hasConnection && room.credit.isDue(waiting, now))
  }

  private lookEverySeconds(): number {
    const { waiting, lease, room, isBlind } = this
    const isUrgent = waiting.count.urgent > 0
    const state = { isBlind, isWaiting: !waiting.isEmpty, isUrgent, held: lease.slots, inUse: room.inUse }
    return lookEvery(state, this.policy.leaseSeconds)
  }

  private plan(): void {
    const { waiting } = this
    const now = this.parts.clock()
    let wait = Infinity
    if (!waiting.isEmpty) {
      // Without the ledger there is nothing to ask for before the next try.
      wait = Math.min(waiting.waitLeft(now), this.isBlind ? Infinity : this.room.waitMs(waiting, now))
    }
    this.wake.plan(this.lookEverySeconds(), wait, !waiting.isEmpty)
  }

  private refuse(caller: Caller, now: number, reason: string): void {
    const known = this.room.waitMsOf(caller.stream, caller.priority, now)
    const wait = Math.max(lingerSeconds(this.policy.leaseSeconds) * 1000, known)
    caller.answer({ decision: 'later', slot: null, retryAt: Math.ceil(now + wait), reason })
  }
}
