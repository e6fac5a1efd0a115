/** So much mail within so much time, at an even pace. */
export interface SpreadPolicy {
  /** 1 to 1,000,000,000. */
  messages: number
  /** Seconds, more than 0. */
  overSeconds: number
}

/** How much one lane gives, and to whom. Apple publishes no limits: the numbers are this project's judgement. */
export interface LanePolicy {
  /** Connections at most. 1 to 1,000. Default 10. */
  ceiling: number
  /** Connections that Apple's objections leave. 1 to 1,000. Default 2: with one alone, a login code could wait for a newsletter. */
  floor: number
  /** Connections of a lane that is new. 1 to 1,000. Default 5. */
  start: number
  /** Messages that may go over one connection, for hosts that keep connections. 1 to 1,000. Default 20. */
  messagesPerConnection: number
  /** Share of the connections that only urgent mail may use, at least one of two or more. 0 to 0.9. Default 0.2. */
  reserve: number
  /** Each class of waiting mail gets at least this share of the turns. 0 to 0.5. Default 0.05. */
  lowestShare: number
  /** Messages a second that Apple's objections leave. More than 0. Default 0.5. */
  rateFloor: number
  /** Messages a second at most. `null`: no limit until Apple objects. Default `null`. */
  rateCeiling: number | null
  /** After so many accepted messages, and `raiseSeconds`, the lane gives a little more. 1 to 1,000,000. Default 20. */
  raiseMessages: number
  /** Seconds between two raises, and from a slow-down to the next raise. More than 0. Default 30. */
  raiseSeconds: number
  /** Objections within so many seconds after a slow-down are the same storm. More than 0. Default 60. */
  slowSeconds: number
  /**
   * A process that is silent for so many seconds has lost its connections to the others. It renews three times as often.
   * 0.5 to 3,600. Default 30. About processes and not about mail, so `scalePolicy` leaves it alone.
   */
  leaseSeconds: number
  /** Who goes first, per stream, `*` for all others: 0 to 9. What has 0 is urgent. Default transactional 0, `*` 1, marketing 2. */
  priorities: Readonly<Record<string, number>>
  /**
   * Messages a day for a new IP, day by day from its first message on; after the last there is no limit. `default`: the
   * table {@link defaultWarmUp}. `done`: the IP is warm. `null`: nothing is known of that, and there is no limit. Urgent
   * mail counts, and is never delayed by it. Default `null`.
   */
  warmUp: 'default' | 'done' | readonly number[] | null
  /** Length of a day of the warm-up, in seconds. Only a demo has a reason to change it. More than 0. Default 86,400. */
  daySeconds: number
  /** Streams that go at an even pace. Default none. */
  spread: Readonly<Record<string, SpreadPolicy>>
  /**
   * The lane that takes mail over while Apple blocks the IP of this one, as far as its own warm-up leaves room. It is named
   * in the policy, has a `warmUp` (`done` if it is warm), and no alternative of its own. `null`: there is none. Default `null`.
   */
  alternative: string | null
}

/** Messages a day for a new IP: from 50 on, by a third to a half more each day, 100,000 on the 20th. */
export const defaultWarmUp: readonly number[] = [
  50, 100, 150, 225, 350, 500, 750, 1100, 1600, 2400, 3500, 5000, 7500, 11_000, 16_000, 24_000, 35_000,
  50_000, 75_000, 100_000,
]

/** The lane policy for all lanes that are not named. */
export const allLanes = '*'

/** The defaults of {@link LanePolicy}. */
export const defaultLane: LanePolicy = {
  ceiling: 10,
  floor: 2,
  start: 5,
  messagesPerConnection: 20,
  reserve: 0.2,
  lowestShare: 0.05,
  rateFloor: 0.5,
  rateCeiling: null,
  raiseMessages: 20,
  raiseSeconds: 30,
  slowSeconds: 60,
  leaseSeconds: 30,
  priorities: { transactional: 0, '*': 1, marketing: 2 },
  warmUp: null,
  daySeconds: 86_400,
  spread: {},
  alternative: null,
}

/** Policies by lane; `*` for all others. */
export type LanesPolicy = Readonly<Record<string, LanePolicy>>

/** The policy of a lane: its own, or that of all lanes without a name of their own. */
export function lanePolicyOf(lanes: LanesPolicy, lane: string): LanePolicy {
  return (Object.hasOwn(lanes, lane) ? lanes[lane] : lanes[allLanes]) ?? defaultLane
}

/** The lane that takes over for this one, if there is one. */
export function alternativeOf(lanes: LanesPolicy, lane: string): string | null {
  return lanePolicyOf(lanes, lane).alternative
}

/** The class of a stream: 0 is urgent, and goes first. */
export function priorityOf({ priorities }: LanePolicy, stream: string): number {
  return (Object.hasOwn(priorities, stream) ? priorities[stream] : priorities['*']) ?? 1
}

/** Messages a day, day by day; `null` if there is no limit. */
export function warmUpTable({ warmUp }: LanePolicy): readonly number[] | null {
  if (warmUp === null || warmUp === 'done') return null
  return warmUp === 'default' ? defaultWarmUp : warmUp
}

/** Policies with every time multiplied, and every rate divided. */
export function scaleLanes(lanes: LanesPolicy, factor: number): LanesPolicy {
  return Object.fromEntries(Object.entries(lanes).map(([name, lane]) => [name, scaleLane(lane, factor)]))
}

function scaleLane(lane: LanePolicy, factor: number): LanePolicy {
  return {
    ...lane,
    rateFloor: lane.rateFloor / factor,
    rateCeiling: lane.rateCeiling === null ? null : lane.rateCeiling / factor,
    raiseSeconds: lane.raiseSeconds * factor,
    slowSeconds: lane.slowSeconds * factor,
    daySeconds: lane.daySeconds * factor,
    spread: Object.fromEntries(
      Object.entries(lane.spread).map(([stream, { messages, overSeconds }]) => [
        stream,
        { messages, overSeconds: overSeconds * factor },
      ]),
    ),
  }
}
