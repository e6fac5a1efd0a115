import { isClosed, isProbeDue, isUnderWay, leaseProbe } from '../decide/decide-hold.ts'
import { askAgainAt, hasPassed, isHalfOpen, letThrough, passedName, roomIn } from '../decide/half-open.ts'
import type { HoldRef } from '../record/action.ts'
import type { ProbeLease, ScopeState, StoredHold } from '../state/state.ts'

/** A closed scope that a recipient's mail has to wait at. */
export interface Wall {
  ref: HoldRef
  rule: string
  /** When to ask again, ms since the epoch. */
  until: number
  /** It is half open, and as many as may be are under way. */
  isFull: boolean
}

/** Until other mail has found out whether a hold is over. */
const seedWaitMs = 300_000

/** The closed scopes on the way of one message, and the probes that are let through them. */
export class Walls {
  private readonly refs: readonly HoldRef[]
  private readonly messageId: string | null
  private readonly now: number
  private readonly process: string | undefined
  private scopes: readonly ScopeState[]
  /** Recipients let through, per scope. */
  private readonly through: number[]
  /** Of these, what they are known by. */
  private readonly named: string[][]

  constructor(
    refs: readonly HoldRef[],
    scopes: readonly ScopeState[],
    { messageId, now, process }: { messageId: string | null; now: number; process: string | undefined },
  ) {
    this.refs = refs
    this.scopes = scopes
    this.messageId = messageId
    this.now = now
    this.process = process
    this.through = refs.map(() => 0)
    this.named = refs.map(() => [])
  }

  /**
   * The closed scope that lasts longest; `null` if the recipient may go. `isProbe`: through a closed one, to show whether it
   * is to be open. Test mail to a seed never is.
   */
  meet(address: string, isAtPrivateRelay: boolean, isSeed = false): { wall: Wall | null; isProbe: boolean } {
    let wall: Wall | null = null
    let isProbe = false
    for (const [index, ref] of this.refs.entries()) {
      const hold = this.scopes[index]?.hold
      if (!isClosed(hold, this.now) || (ref.scope === 'private-relay' && !isAtPrivateRelay)) continue
      isProbe = true
      if (!isSeed && this.mayPass(hold, index, address)) continue
      const isFull = isHalfOpen(hold)
      const due = isFull ? askAgainAt(hold, this.now) : hold.until
      const until = isSeed ? Math.max(due, this.now + seedWaitMs) : due
      if (wall === null || until > wall.until) wall = { ref, rule: hold.rule, until, isFull }
    }
    return { wall, isProbe }
  }

  private mayPass(hold: StoredHold, index: number, address: string): boolean {
    if (isHalfOpen(hold))
      return this.isKnown(hold, address) || (this.through[index] ?? 0) < roomIn(hold, this.now)
    return isProbeDue(hold, this.now) || isUnderWay(hold, this.messageId)
  }

  /** It was let through before, and asks again. */
  private isKnown(hold: StoredHold | undefined, address: string): boolean {
    const name = isHalfOpen(hold) ? passedName(this.messageId, address) : null
    return isHalfOpen(hold) && name !== null && hasPassed(hold, name, this.now)
  }

  /** This recipient goes. Without a message id it is the probe by itself; otherwise the whole message is. */
  pass(recipient: string, isAtPrivateRelay: boolean): void {
    for (const [index, ref] of this.refs.entries()) {
      if (ref.scope === 'private-relay' && !isAtPrivateRelay) continue
      const hold = this.scopes[index]?.hold
      if (this.isKnown(hold, recipient)) continue
      this.through[index] = (this.through[index] ?? 0) + 1
      const name = isHalfOpen(hold) ? passedName(this.messageId, recipient) : null
      if (name !== null) this.named[index]?.push(name)
    }
    if (this.messageId === null) this.lease(recipient)
  }

  /** The scopes with the probes; the same array if there are none, as for a message under way. */
  leased(): readonly ScopeState[] {
    if (this.messageId !== null) this.lease(null)
    return this.scopes
  }

  private lease(recipient: string | null): void {
    const { messageId, now: at, process } = this
    const isDue = ({ hold }: ScopeState, index: number): boolean =>
      hold !== undefined && (isHalfOpen(hold) || isProbeDue(hold, at)) && (this.through[index] ?? 0) > 0
    if (this.scopes.some(isDue)) {
      this.scopes = this.scopes.map((scope, index) => {
        if (!isDue(scope, index)) return scope
        const waiting = recipient === null ? (this.through[index] ?? 0) : 1
        if (isHalfOpen(scope.hold)) return letThrough(scope, waiting, this.named[index] ?? [], at)
        const probe: ProbeLease = { messageId, recipient, at, waiting }
        return leaseProbe(scope, process === undefined ? probe : { ...probe, process })
      })
    }
    if (recipient !== null) this.through.fill(0)
  }
}
