import { describe, expect, it } from 'vitest'
import { decideTurn, type Member, type Turn } from './decide-turn.ts'
import { defaultLane } from './lane-policy.ts'
import type { LaneState, Lease } from './lane-state.ts'
import { newLane } from './lane-pace.ts'

const start = Date.UTC(2026, 0, 1)

function member(changes: Partial<Member> = {}): Member {
  return {
    id: 'me',
    used: { urgent: 0, bulk: 0 },
    waiting: { urgent: 0, bulk: 0 },
    lingers: false,
    accepted: 0,
    slow: null,
    warmUp: { charge: 0, asked: 0 },
    spread: {},
    ...changes,
  }
}

function lane(leases: Record<string, Lease> = {}): LaneState {
  return { ...newLane(defaultLane, start), concurrency: 10, leases }
}

function lease(
  slots: number,
  bulk: number,
  at = start,
  wants: readonly [number, number] = [slots - bulk, bulk],
): Lease {
  return { slots, bulk, wants, at }
}

function turn(before: LaneState | null, me: Member, now = start): Turn {
  return decideTurn(before, me, now, defaultLane)
}

const manyBulk = member({ waiting: { urgent: 0, bulk: 50 } })

describe('a turn at a lane', () => {
  it('writes nothing for who wants nothing', () => {
    expect(turn(null, member())).toMatchObject({ changed: false, lease: { slots: 0, bulk: 0 } })
    expect(turn(lane({ other: lease(3, 3) }), member())).toMatchObject({ changed: false })
  })

  it('gives what others have not', () => {
    const got = turn(lane({ other: lease(3, 3) }), manyBulk)
    expect(got).toMatchObject({ changed: true, lease: { slots: 5, bulk: 5 }, allowed: { slots: 5, bulk: 5 } })
    expect(got.state.leases).toMatchObject({ other: { slots: 3 }, me: { slots: 5, bulk: 5, wants: [0, 10] } })
  })

  it('leaves the reserve to urgent mail, which gets it at once', () => {
    const full = lane({ other: lease(8, 8) })
    expect(turn(full, manyBulk).lease).toEqual({ slots: 0, bulk: 0 })
    expect(turn(full, member({ waiting: { urgent: 5, bulk: 5 } })).lease).toEqual({ slots: 2, bulk: 0 })
  })

  it('counts who has to wait, so that those who have more give some up', () => {
    const before = lane({ other: lease(8, 8, start, [0, 10]) })
    const { state } = turn(before, manyBulk)
    const other = turn(
      state,
      member({ id: 'other', used: { urgent: 0, bulk: 8 }, waiting: { urgent: 0, bulk: 50 } }),
    )
    // What is in use cannot be given back; nothing new begins above its part.
    expect(other).toMatchObject({ lease: { slots: 8, bulk: 8 }, allowed: { slots: 4, bulk: 4 } })
    const less = turn(
      state,
      member({ id: 'other', used: { urgent: 0, bulk: 5 }, waiting: { urgent: 0, bulk: 50 } }),
    )
    expect(less.lease).toEqual({ slots: 5, bulk: 5 })
    expect(turn(less.state, manyBulk).lease).toEqual({ slots: 3, bulk: 3 })
  })

  it('keeps what is not in use for a moment, unless another lacks it', () => {
    const idle = member({ lingers: true })
    const mine = lane({ me: lease(4, 4) })
    expect(turn(mine, idle)).toMatchObject({ changed: false, lease: { slots: 4, bulk: 4 } })
    expect(turn(mine, member()).state.leases).toEqual({})
    const wanted = lane({ me: lease(8, 8), other: lease(0, 0, start, [0, 3]) })
    expect(turn(wanted, idle).lease).toEqual({ slots: 0, bulk: 0 })
  })

  it('renews a lease in time, and not each time', () => {
    const mine = lane({ me: lease(1, 1) })
    const busy = member({ used: { urgent: 0, bulk: 1 } })
    expect(turn(mine, busy, start + 1000).changed).toBe(false)
    expect(turn(mine, busy, start + 6000).state.leases.me?.at).toBe(start + 6000)
  })

  it('gives the connections of the silent to others', () => {
    const silent = lane({ other: lease(8, 8) })
    expect(turn(silent, manyBulk, start + 30_000).lease.slots).toBe(0)
    const got = turn(silent, manyBulk, start + 30_001)
    expect(got.lease).toEqual({ slots: 8, bulk: 8 })
    expect(Object.keys(got.state.leases)).toEqual(['me'])
  })

  it('is not stuck after a clock that jumped back an hour', () => {
    expect(turn(lane({ other: lease(8, 8) }), manyBulk, start - 3_600_000).lease.slots).toBe(8)
    const own = turn(lane({ me: lease(8, 8) }), member({ used: { urgent: 0, bulk: 3 } }), start - 3_600_000)
    expect(own.state.leases.me).toMatchObject({ slots: 3, at: start - 3_600_000 })
  })

  it('never takes away what is in use, also if the lane was halved or somebody else took it', () => {
    const slowed = turn(
      lane({ me: lease(8, 8) }),
      member({ used: { urgent: 0, bulk: 8 }, slow: 'ip-deferred' }),
    )
    expect(slowed).toMatchObject({ slowed: true, lease: { slots: 8 }, allowed: { slots: 4, bulk: 4 } })
    expect(slowed.state.concurrency).toBe(5)
    const back = turn(lane({ other: lease(8, 8) }), member({ used: { urgent: 1, bulk: 4 } }))
    expect(back).toMatchObject({ lease: { slots: 5, bulk: 4 }, allowed: { slots: 1, bulk: 0 } })
  })

  it('parts the rate as the connections', () => {
    const limited = { ...lane({ other: lease(6, 6) }), rate: 12 }
    expect(turn(limited, member({ waiting: { urgent: 0, bulk: 2 } })).rate).toBe(3)
    expect(turn(lane(), manyBulk).rate).toBeNull()
  })

  it('tells what was accepted when there is something to write', () => {
    const mine = lane({ me: lease(1, 1) })
    const busy = member({ used: { urgent: 0, bulk: 1 }, accepted: 7 })
    expect(turn(mine, busy, start + 1000)).toMatchObject({ changed: false, state: { accepted: 0 } })
    expect(turn(mine, busy, start + 6000)).toMatchObject({ changed: true, state: { accepted: 7 } })
    expect(turn(mine, { ...busy, accepted: 20 }, start + 31_000).state).toMatchObject({ accepted: 0 })
  })
})
