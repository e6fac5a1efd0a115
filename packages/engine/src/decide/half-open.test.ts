import { describe, expect, it } from 'vitest'
import { hm08, verdictOf } from './verdict.test.fixture.ts'
import { hour, minute, World } from '../world.test.fixture.ts'

const marketing = { stream: 'marketing' }
const hm07 = verdictOf('policy-hm07', { fault: 'reputation', scope: 'stream' })
const stream = { scope: 'stream', id: 'default/marketing' } as const

/** A stream that is held, and whose probe is due. */
function held(): World {
  const world = new World()
  for (const messageId of ['a', 'b', 'c', 'd', 'e']) world.record(hm07, { ...marketing, messageId })
  expect(world.last?.action.holds).toEqual([stream])
  world.pass(hour)
  return world
}

/** The same, after Apple took the probe. */
function halfOpen(): World {
  const world = held()
  expect(world.admit({ ...marketing, messageId: 'probe' }).decision).toBe('send')
  world.record(null, { ...marketing, messageId: 'probe' })
  return world
}

let number = 0

/** As many as may go now. */
function letGo(world: World, about: object = marketing): string[] {
  const ids: string[] = []
  for (;;) {
    const messageId = `n${++number}`
    const answer = world.admit({ ...about, messageId })
    if (answer.decision !== 'send') return ids
    ids.push(messageId)
    if (ids.length > 100) throw new Error('all may go')
  }
}

describe('a stream that a share closed, after an accepted probe', () => {
  it('lets some through at a time, twice as many each time, and is open when Apple took enough', () => {
    const world = halfOpen()
    expect(world.last?.effects).toEqual([{ type: 'half-open', hold: stream, room: 4, isNew: true }])
    const rounds: number[] = []
    const told = [4]
    for (;;) {
      const ids = letGo(world)
      rounds.push(ids.length)
      world.pass(2)
      const effects = ids.flatMap((messageId) => {
        world.record(null, { ...marketing, messageId })
        return world.last?.effects ?? []
      })
      if (effects.some(({ type }) => type === 'released')) break
      told.push(effects.reduce((sum, effect) => sum + (effect.type === 'half-open' ? effect.room : 0), 0))
    }
    // 50 messages among which 5 refused ones would be 10 %.
    expect(rounds).toEqual([4, 5, 10, 16, 16])
    expect(told).toEqual(rounds)
    expect(world.scopes.get('scope/stream/default/marketing')).toEqual({})
  })

  it('has whoever finds no room ask again soon', () => {
    const world = halfOpen()
    letGo(world)
    expect(world.admit({ ...marketing, messageId: 'x' })).toMatchObject({
      decision: 'held',
      rule: 'policy-hm07',
      retryAt: world.now + minute * 1000,
      hold: stream,
    })
    expect(world.admit({ stream: 'transactional', messageId: 'x' }).decision).toBe('send')
  })

  /** Closed again: 4 of 20 were refused, and the one that closed it. */
  function closedAgain(world: World): void {
    const said = [...Array.from({ length: 15 }, () => null), hm07, hm07, hm07, hm07, hm07]
    said.forEach((verdict, index) => world.record(verdict, { ...marketing, messageId: `s${index}` }))
    expect(world.last).toMatchObject({ action: { type: 'fail', holds: [stream] } })
  }

  /** Seconds until the next probe. */
  function wait(world: World): number {
    return ((world.admit({ ...marketing, messageId: 'x' }).retryAt ?? 0) - world.now) / 1000
  }

  function probe(world: World, verdict: typeof hm07 | null): void {
    expect(world.admit({ ...marketing, messageId: 'probe' }).decision).toBe('send')
    world.record(verdict, { ...marketing, messageId: 'probe' })
  }

  it('is closed again without another alert when the share is too large, and waits for the end of the trouble', () => {
    const world = halfOpen()
    for (let hours = 0; hours < 5; hours++) {
      closedAgain(world)
      expect(world.last?.effects).toEqual([{ type: 'held', hold: stream }])
      expect(wait(world)).toBe(hour)
      world.pass(hour)
      probe(world, null)
    }
  })

  it('is probed the sooner the smaller the share is, once the trouble has lasted for long', () => {
    const world = halfOpen()
    closedAgain(world)
    world.pass(6 * hour)
    probe(world, null)
    closedAgain(world)
    // A fifth is twice the limit, and so two tenths of an hour; a probe that is refused doubles it.
    expect(wait(world)).toBe(12 * minute)
    for (const next of [12, 24, 48, 60, 60]) {
      world.pass(wait(world))
      probe(world, hm07)
      expect(wait(world)).toBe(next * minute)
    }
  })

  it('waits for nearly as long as ever when Apple refuses all of it after a lucky probe, and few have gone', () => {
    const world = halfOpen()
    closedAgain(world)
    world.pass(6 * hour)
    probe(world, null)
    const ids = letGo(world)
    expect(ids).toHaveLength(4)
    for (const messageId of ids) world.record(hm07, { ...marketing, messageId })
    const more = letGo(world)
    expect(more).toHaveLength(4)
    world.record(hm07, { ...marketing, messageId: more[0] ?? '' })
    expect(world.last?.action.holds).toEqual([stream])
    // All but the probe.
    expect(wait(world)).toBe(0.8 * hour)
  })

  it('is closed by what Apple refuses since then, however slowly it came', () => {
    const world = halfOpen()
    for (let count = 0; count < 5; count++) {
      expect(world.admit({ ...marketing, messageId: `s${count}` }).decision).toBe('send')
      world.record(hm07, { ...marketing, messageId: `s${count}` })
      world.pass(11 * minute)
    }
    expect(world.admit({ ...marketing, messageId: 'x' }).decision).toBe('held')
  })

  it('does not wait for ever for what was lost on its way', () => {
    const world = halfOpen()
    expect(letGo(world)).toHaveLength(4)
    world.pass(9 * minute)
    expect(letGo(world)).toHaveLength(0)
    world.pass(minute)
    expect(letGo(world)).toHaveLength(4)
  })

  it('counts what says nothing of it as answered, and is closed by other trouble as an open one is', () => {
    const world = halfOpen()
    for (const messageId of letGo(world))
      world.record(verdictOf('invalid-recipient', { fault: 'recipient', disposition: 'suppress' }), {
        ...marketing,
        messageId,
        address: `${messageId}@icloud.com`,
      })
    expect(letGo(world)).toHaveLength(4)
    for (const messageId of ['p', 'q', 'r']) world.record(hm08, { ...marketing, messageId })
    expect(world.last?.action.holds).toEqual([stream])
    expect(world.admit({ ...marketing, messageId: 'x' })).toMatchObject({
      rule: 'policy-hm08',
      retryAt: world.now + 6 * hour * 1000,
    })
  })

  it('goes on with the engaged readers only if its rule says so', () => {
    const world = new World()
    for (const messageId of ['a', 'b', 'c']) world.record(hm08, { ...marketing, messageId })
    world.pass(6 * hour)
    world.admit({ ...marketing, messageId: 'probe' })
    world.record(null, { ...marketing, messageId: 'probe' })
    expect(world.admit({ ...marketing, messageId: 'x' }, [false])).toMatchObject({ decision: 'held' })
    expect(world.admit({ ...marketing, messageId: 'x' }, [true])).toMatchObject({ decision: 'send' })
  })

  it('never opens a transactional stream’s hold for one sender’s content alone', () => {
    const world = new World()
    const content = verdictOf('policy-cs02', { fault: 'content', scope: 'stream' })
    for (const author of ['anna', 'berta', 'carl'])
      world.record(content, { author, campaign: author, messageId: author })
    expect(world.last?.action.holds).toContainEqual({ scope: 'stream', id: 'default/transactional' })
    world.pass(hour)
    world.admit({ messageId: 'probe' })
    world.record(null, { messageId: 'probe' })
    for (let index = 0; index < 10; index++)
      world.record(content, { author: 'anna', campaign: `c${index}`, messageId: `m${index}` })
    expect(world.admit({ messageId: 'x' }).decision).toBe('send')
  })
})

it('of a campaign of which Apple refuses a fifth for days more gets through than in a burst an hour, and what Apple refuses wholly is asked for once an hour', () => {
  const run = (share: number): { delivered: number; refused: number } => {
    const world = new World()
    let lot = 1
    const isRefused = (): boolean => (lot = (lot * 48_271) % 2_147_483_647) / 2_147_483_647 < share
    const came = { delivered: 0, refused: 0 }
    // One asks every six seconds, and is answered before the next: for 24 hours.
    for (let step = 0; step < 4 * hour; step++) {
      world.pass(6)
      const messageId = `s${step}`
      if (world.admit({ ...marketing, messageId }).decision !== 'send') continue
      const no = isRefused()
      world.record(no ? hm07 : null, { ...marketing, messageId })
      came[no ? 'refused' : 'delivered']++
    }
    return came
  }
  const fifth = run(0.2)
  // Of a stream that was wholly open after each accepted probe, about 370.
  expect(fifth.delivered).toBeGreaterThan(1000)
  expect(fifth.refused / 24).toBeLessThan(30)
  expect(run(1).refused).toBeLessThan(30)
  expect(run(0.8).refused / 24).toBeLessThan(5)
  expect(run(0.02).delivered).toBeGreaterThan(13_000)
})
