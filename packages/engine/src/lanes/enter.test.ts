import { afterEach, describe, expect, it } from 'vitest'
import { bench, quiet } from '../bench.test.fixture.ts'
import { BreakableLedger } from '../broken-ledger.test.fixture.ts'
import { createEngine } from '../create-engine.ts'
import type { Engine } from '../engine.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import type { Entrance, Slot } from './enter.ts'
import type { LanesOptions } from './lane-policy-check.ts'

const open: Engine[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((engine) => engine.close()))
})

function engines(lanes: LanesOptions, count = 1): { all: Engine[]; time: { now: number } } {
  const ledger = memoryLedger()
  const time = { now: Date.UTC(2026, 0, 1) }
  const all = Array.from({ length: count }, () =>
    createEngine({ ledger, clock: () => time.now, logger: quiet, policy: { lanes } }),
  )
  open.push(...all)
  return { all, time }
}

function one(lanes: LanesOptions = { '*': { start: 10 } }): { engine: Engine; time: { now: number } } {
  const { all, time } = engines(lanes)
  return { engine: all[0] as Engine, time }
}

function slotOf(entrance: Entrance): Slot {
  if (entrance.slot === null) throw new Error(entrance.reason)
  return entrance.slot
}

/** As many as go without waiting. */
async function fill(engine: Engine, stream: string, most = 20): Promise<Slot[]> {
  const slots: Slot[] = []
  while (slots.length < most) {
    const { slot } = await engine.enter({ stream, waitSeconds: 0 })
    if (slot === null) break
    slots.push(slot)
  }
  return slots
}

describe('connections of a lane', () => {
  it('are 10, and 2 of them are for transactional mail alone', async () => {
    const { engine } = one()
    const bulk = await fill(engine, 'marketing')
    const urgent = await fill(engine, 'transactional')
    expect([bulk.length, urgent.length]).toEqual([8, 2])
    expect(await engine.enter({ waitSeconds: 0 })).toMatchObject({
      decision: 'later',
      slot: null,
      reason: 'all connections of the lane are in use',
    })
    bulk[0]?.release()
    bulk[0]?.release()
    expect(await fill(engine, 'transactional')).toHaveLength(1)
  })

  it('begin with 5 on a new lane', async () => {
    const { engine } = one({})
    expect(await fill(engine, 'marketing')).toHaveLength(4)
    expect(await fill(engine, 'transactional')).toHaveLength(1)
  })

  it('are shared by all processes of a ledger, and never more together', async () => {
    const { all } = engines({ '*': { start: 10 } }, 4)
    const slots = (await Promise.all(all.map((engine) => fill(engine, 'marketing')))).flat()
    expect(slots).toHaveLength(8)
    const urgent = (await Promise.all(all.map((engine) => fill(engine, 'transactional')))).flat()
    expect(urgent).toHaveLength(2)
    expect(await all[0]?.lanes()).toMatchObject([{ lane: 'default', leased: 10, concurrency: 10 }])
  })

  it('are as many messages long as the lane says', async () => {
    const { engine } = one({ '*': { messagesPerConnection: 3 } })
    const slot = slotOf(await engine.enter({ stream: 'marketing' }))
    expect(slot.messages).toBe(3)
    expect([slot.again(), slot.again(), slot.again()]).toEqual([true, true, false])
  })

  it('count neither for the rate nor for the warm-up if no message went over them', async () => {
    const { engine } = one({ '*': { rateCeiling: 1, warmUp: [1440] } })
    const enter = (): Promise<Entrance> =>
      engine.enter({ stream: 'marketing', waitSeconds: 0, recipients: 3 })
    slotOf(await enter()).release({ unused: true })
    slotOf(await enter()).release()
    expect(await enter()).toMatchObject({ decision: 'later' })
  })

  it('are not used again before somebody of a higher class', async () => {
    const { engine } = one({ '*': { ceiling: 1, floor: 1, start: 1 } })
    const slot = slotOf(await engine.enter({ stream: 'marketing' }))
    const code = engine.enter({ stream: 'transactional' })
    expect(slot.again()).toBe(false)
    slot.release()
    expect(await code).toMatchObject({ decision: 'go' })
  })
})

describe('the order', () => {
  it('is by class, then by age, then by arrival', async () => {
    const { engine } = one({ '*': { ceiling: 1, floor: 1, start: 1 } })
    const first = slotOf(await engine.enter({}))
    const went: string[] = []
    const enter = async (name: string, stream: string, acceptedAt: number): Promise<void> => {
      const entrance = await engine.enter({ stream, acceptedAt })
      went.push(name)
      slotOf(entrance).release()
    }
    const all = [
      enter('letter 2', 'marketing', 2000),
      enter('letter 1', 'marketing', 1000),
      enter('note', 'service', 9000),
      enter('letter 3', 'marketing', 2000),
      enter('code', 'transactional', 9999),
    ]
    first.release()
    await Promise.all(all)
    expect(went).toEqual(['code', 'note', 'letter 1', 'letter 2', 'letter 3'])
  })

  it('lets a login code go before 50,000 newsletters that came earlier', async () => {
    const { engine, time } = one()
    const parked = Array.from({ length: 50_000 }, (_, index) =>
      engine.enter({ stream: 'marketing', acceptedAt: time.now - index }),
    )
    // The reserve is empty too: the code needs a connection that becomes free.
    const slots = (await Promise.all(parked.slice(-8))).map(slotOf)
    const urgent = await fill(engine, 'transactional')
    expect([slots.length, urgent.length]).toEqual([8, 2])
    const code = engine.enter({ stream: 'transactional' })
    slots[0]?.release()
    expect(await code).toMatchObject({ decision: 'go' })
    expect(await engine.lanes()).toMatchObject([{ inUse: 10, waiting: { marketing: 49_992 } }])
  })

  it('gives each 20th turn to the lowest class, however many others wait', async () => {
    const { engine } = one({ '*': { ceiling: 1, floor: 1, start: 1 } })
    const first = slotOf(await engine.enter({}))
    const went: string[] = []
    const enter = async (stream: string): Promise<void> => {
      const entrance = await engine.enter({ stream })
      went.push(stream)
      slotOf(entrance).release()
    }
    const all = [
      ...Array.from({ length: 60 }, () => enter('transactional')),
      ...Array.from({ length: 60 }, () => enter('marketing')),
    ]
    first.release()
    await Promise.all(all)
    const places = went.flatMap((stream, index) => (stream === 'marketing' ? [index + 1] : []))
    expect(places.slice(0, 3)).toEqual([20, 40, 60])
  })
})

describe('waiting', () => {
  it('ends when the caller gives up, and for nobody else', async () => {
    const { engine, time } = one({ '*': { ceiling: 1, floor: 1, start: 1 } })
    const slot = slotOf(await engine.enter({}))
    const abort = new AbortController()
    const given = Array.from({ length: 3 }, () => engine.enter({ signal: abort.signal }))
    const other = engine.enter({})
    abort.abort()
    expect(await Promise.all(given)).toEqual(
      given.map(() => ({
        decision: 'later',
        slot: null,
        retryAt: time.now + 1000,
        reason: 'the caller gave up',
      })),
    )
    slot.release()
    expect(await other).toMatchObject({ decision: 'go' })
    expect(await engine.enter({ signal: abort.signal })).toMatchObject({ decision: 'later' })
  })

  it('ends when its time is over', async () => {
    const { engine, time } = one({ '*': { ceiling: 1, floor: 1, start: 1 } })
    await engine.enter({})
    const waits = engine.enter({ waitSeconds: 10 })
    time.now += 10_000
    // Whoever asks next makes the lane look.
    await engine.enter({ waitSeconds: 0 })
    expect(await waits).toMatchObject({ decision: 'later', retryAt: time.now + 1000 })
  })

  it('ends when the engine is closed', async () => {
    const { engine } = one({ '*': { ceiling: 1, floor: 1, start: 1 } })
    await engine.enter({})
    const waits = engine.enter({})
    await engine.close()
    expect(await waits).toMatchObject({ decision: 'later', reason: 'the engine was closed' })
    expect(await engine.enter({})).toMatchObject({ decision: 'later', reason: 'the engine was closed' })
  })

  it.each([
    [null, /the request must be an object/],
    [{ lane: 7 }, /lane must be a string/],
    [{ acceptedAt: 'now' }, /acceptedAt must be milliseconds/],
    [{ recipients: 0 }, /recipients must be a whole number/],
    [{ waitSeconds: -1 }, /waitSeconds must be a number/],
    [{ signal: {} }, /signal must be an AbortSignal/],
  ])('is refused for %j', async (request, message) => {
    const { engine } = one()
    await expect(engine.enter(request as never)).rejects.toThrow(message)
  })
})

describe('without its ledger', () => {
  it('a lane gives what this process held, and one connection at least', async () => {
    const ledger = new BreakableLedger()
    const { engine } = bench({ ledger, policy: { lanes: { '*': { start: 10 } } } })
    open.push(engine)
    const slots = await fill(engine, 'marketing')
    expect(slots).toHaveLength(8)
    ledger.broken = 'all'
    slots[0]?.release()
    expect(await engine.enter({ stream: 'marketing', waitSeconds: 0 })).toMatchObject({ decision: 'go' })
    expect(await engine.enter({ lane: 'new' })).toMatchObject({ decision: 'go' })
    expect(await engine.enter({ lane: 'new', waitSeconds: 0 })).toMatchObject({ decision: 'later' })
    ledger.broken = 'no'
  })
})
