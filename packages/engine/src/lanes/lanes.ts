import { randomBytes } from 'node:crypto'
import { AbortBook } from './abort-book.ts'
import type { Action } from '../record/action.ts'
import type { Effect } from '../decide/attempt.ts'
import { checkEnter, type Entrance, type EnterRequest } from './enter.ts'
import { Lane, type Caller, type LaneParts } from './lane.ts'
import { allLanes, lanePolicyOf, priorityOf, type LanePolicy } from './lane-policy.ts'
import { lanePrefix, type LaneState } from './lane-state.ts'
import { statusOf, type LaneStatus } from './lane-status.ts'
import type { LivePolicy } from '../policy/live-policy.ts'
import { BoundedNames } from '../signals/bounded-names.ts'
import { nameOf, type Route } from '../subject.ts'

/** Lanes and streams that are told apart in a day; the rest is `other`. A name may come from a message header. */
const mostLanes = 1000
const mostStreams = 50
const dayMs = 86_400_000

/** The lanes that this engine uses, and who waits for them. */
export class Lanes {
  private readonly parts: LaneParts
  private readonly policy: LivePolicy
  private anyAlternative: boolean
  private readonly lanes = new Map<string, Lane>()
  private readonly laneNames = new BoundedNames(mostLanes)
  private readonly streamNames = new BoundedNames(mostStreams)
  private readonly aborts = new AbortBook()
  private order = 0
  private isClosed = false

  constructor(parts: Omit<LaneParts, 'holder'> & { readonly policy: LivePolicy }) {
    const { ledger, clock, outage, patience, policy } = parts
    this.parts = { ledger, clock, outage, patience, holder: randomBytes(8).toString('hex') }
    this.policy = policy
    this.anyAlternative = hasAlternative(policy)
    policy.onChange(() => this.follow())
  }

  /** Whether any lane has an alternative. */
  get hasAlternatives(): boolean {
    return this.anyAlternative
  }

  /** Answers {@link Engine.enter}. */
  async enter(request: EnterRequest): Promise<Entrance> {
    checkEnter(request)
    const name = nameOf(request.lane, 'default', 'enter', 'lane')
    const given = nameOf(request.stream, 'transactional', 'enter', 'stream')
    const now = this.parts.clock()
    if (this.isClosed)
      return { decision: 'later', slot: null, retryAt: now + 1000, reason: 'the engine was closed' }
    const lane = this.laneOf(name, now)
    const { acceptedAt = now, recipients = 1, waitSeconds = Infinity, signal } = request
    if (signal?.aborted) return { decision: 'later', slot: null, retryAt: now, reason: gaveUp }
    return new Promise((resolve) => {
      const caller: Caller = {
        stream: this.streamOf(given, lane.policy, now),
        priority: priorityOf(lane.policy, given),
        acceptedAt,
        order: ++this.order,
        recipients,
        deadline: now + waitSeconds * 1000,
        endsAt: performance.now() + waitSeconds * 1000,
        isDone: false,
        answer: resolve,
      }
      if (signal !== undefined) {
        const forget = this.aborts.on(signal, () => lane.giveUp(caller, gaveUp))
        caller.answer = (entrance) => {
          forget()
          resolve(entrance)
        }
      }
      lane.enter(caller)
    })
  }

  /** Hears of an outcome that was written. Resolves when a slow-down that comes of it is written; `null`: there is none. */
  heard({ lane, hop }: Route, action: Action, effects: readonly Effect[]): Promise<unknown> | null {
    if (action.type === 'delivered' && hop !== 'relay')
      (this.lanes.get(lane) ?? this.lanes.get('other'))?.delivered()
    if (effects.length === 0 || hop === 'relay') return null
    const slowing = effects.flatMap((effect) =>
      effect.type === 'slow'
        ? (this.laneOf(effect.lane, this.parts.clock()).slowDown(effect.rule) ?? [])
        : [],
    )
    return slowing.length === 0 ? null : Promise.all(slowing)
  }

  /** Takes a turn at a lane's entry now, instead of a moment later. */
  async look(lane: string): Promise<void> {
    await this.lanes.get(lane)?.look()
  }

  /** Answers {@link Engine.lanes}. */
  async statuses(): Promise<LaneStatus[]> {
    const now = this.parts.clock()
    const found: LaneStatus[] = []
    for await (const { key, value } of this.parts.ledger.list(lanePrefix)) {
      const name = key.slice(lanePrefix.length)
      const policy = lanePolicyOf(this.policy.lanes, name)
      found.push(statusOf(name, value as LaneState, policy, this.lanes.get(name), now))
    }
    return found
  }

  /** Nobody waits any more, and what is not in use is given back. */
  async close(): Promise<void> {
    this.isClosed = true
    await Promise.all([...this.lanes.values()].map((lane) => lane.close()))
  }

  /** The policy has changed. */
  private follow(): void {
    this.anyAlternative = hasAlternative(this.policy)
    for (const [name, lane] of this.lanes) lane.follow(lanePolicyOf(this.policy.lanes, name))
  }

  private laneOf(given: string, now: number): Lane {
    const isNamed = given !== allLanes && Object.hasOwn(this.policy.lanes, given)
    const name = isNamed ? given : this.laneNames.of(given, Math.floor(now / dayMs))
    const known = this.lanes.get(name)
    if (known !== undefined) return known
    if (this.lanes.size >= mostLanes) {
      for (const [other, lane] of this.lanes) if (lane.isIdle) this.lanes.delete(other)
    }
    const lane = new Lane(name, lanePolicyOf(this.policy.lanes, name), this.parts)
    this.lanes.set(name, lane)
    return lane
  }

  private streamOf(given: string, { priorities, spread }: LanePolicy, now: number): string {
    const isNamed = Object.hasOwn(priorities, given) || Object.hasOwn(spread, given)
    return isNamed ? given : this.streamNames.of(given, Math.floor(now / dayMs))
  }
}

function hasAlternative({ lanes }: LivePolicy): boolean {
  return Object.values(lanes).some(({ alternative }) => alternative !== null)
}

const gaveUp = 'the caller gave up'
