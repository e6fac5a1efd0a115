import { describe, expect, it } from 'vitest'
import { bench } from '../bench.test.fixture.ts'
import { hm08 } from '../decide/verdict.test.fixture.ts'
import { day, hour, World } from '../world.test.fixture.ts'

const marketing = { stream: 'marketing' }

/** A stream that was held by HM08, and whose probe Apple took. */
function resumed(about: { stream: string } = marketing): World {
  const world = new World()
  for (const messageId of ['a', 'b', 'c']) world.record(hm08, { ...about, messageId })
  world.pass(6 * hour)
  expect(world.admit({ ...about, messageId: 'probe' }).decision).toBe('send')
  world.record(null, { ...about, messageId: 'probe' })
  return world
}

describe('after HM08', () => {
  it('marketing goes on with engaged readers only, for a week', () => {
    const world = resumed()
    const end = world.now + 7 * day * 1000
    expect(world.admit({ ...marketing, messageId: 'x' }, [false])).toMatchObject({
      decision: 'held',
      rule: 'policy-hm08',
      retryAt: end,
      hold: { scope: 'stream', id: 'default/marketing', engagedOnly: true },
    })
    expect(world.admit({ ...marketing, messageId: 'x' }, [true]).decision).toBe('send')
    expect(world.admit({ messageId: 'x' }).decision).toBe('send')
    expect(world.admit({ ...marketing, lane: 'b', messageId: 'x' }).decision).toBe('send')
    expect(world.admit({ ...marketing, hop: 'relay', messageId: 'x' }).decision).toBe('send')
    world.now = end
    expect(world.admit({ ...marketing, messageId: 'x' }, [false]).decision).toBe('send')
  })

  it('other streams go on with all', () => {
    const world = resumed({ stream: 'transactional' })
    expect(world.admit({ messageId: 'x' }, [false]).decision).toBe('send')
  })

  it('a mail to nobody who reads expires as any other', () => {
    const world = resumed()
    const acceptedAt = world.now
    expect(world.admit({ ...marketing, messageId: 'x', acceptedAt }).retryAt).toBe(
      acceptedAt + 2 * day * 1000,
    )
    world.pass(2 * day)
    expect(world.admit({ ...marketing, messageId: 'x', acceptedAt }).decision).toBe('expired')
  })

  it('nobody who does not read uses up the probe of a later hold', () => {
    const world = resumed()
    for (const messageId of ['d', 'e', 'f']) world.record(hm08, { ...marketing, messageId })
    world.pass(6 * hour)
    expect(world.admit({ ...marketing, messageId: 'x' }, [false]).decision).toBe('held')
    expect(world.admit({ ...marketing, messageId: 'y' }, [true]).reason).toContain('a probe')
  })
})

describe('admit', () => {
  const reply =
    '554 5.7.1 [HM08] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137'

  it('looks up who reads, and an operator may end it', async () => {
    const { engine, time, admit, reply: say, deliver } = bench()
    for (const messageId of ['a', 'b', 'c']) await say(reply, { ...marketing, messageId })
    await engine.recordEngagement('anna@icloud.com', 'click')
    time.now += 6 * hour * 1000
    await admit({ ...marketing, messageId: 'probe' })
    // 3 of 300 were the limit.
    for (let index = 0; index < 300; index++) await deliver({ ...marketing, messageId: 'probe' })
    const both = { ...marketing, recipients: ['anna@icloud.com', 'berta@icloud.com'] }
    expect((await admit(both)).map(({ decision }) => decision)).toEqual(['send', 'held'])
    const hold = { scope: 'stream', id: 'default/marketing' } as const
    expect(await engine.release({ hold })).toBe(1)
    expect((await admit(both)).map(({ decision }) => decision)).toEqual(['send', 'send'])
    expect(await engine.ledger.read(['scope/stream/default/marketing'])).toEqual([null])
    expect(await engine.release({ hold })).toBe(0)
  })

  it('says what it waits for, until that is over, and shows no closed scope', async () => {
    const { engine, time, admit, reply: say, deliver } = bench()
    for (const messageId of ['a', 'b', 'c']) await say(reply, { ...marketing, messageId })
    const about = { scope: 'stream', id: 'default/marketing', rule: 'policy-hm08' }
    expect(await engine.waitedFor()).toEqual(await engine.holds())
    time.now += 6 * hour * 1000
    await admit({ ...marketing, messageId: 'probe' })
    await deliver({ ...marketing, messageId: 'probe' })
    const since = time.now
    // It lets readers go some at a time, and the others wait for something else.
    expect(await engine.waitedFor()).toMatchObject([
      { ...about, halfOpen: true },
      { ...about, engagedOnly: true },
    ])
    for (let index = 1; index < 300; index++) await deliver({ ...marketing, messageId: 'probe' })
    expect(await engine.holds()).toEqual([])
    const few = { ...about, engagedOnly: true, since, until: since + 7 * day * 1000, reply: '' }
    expect(await engine.waitedFor()).toEqual([few])
    const [{ hold } = { hold: null }] = await admit(marketing)
    expect(hold).toEqual({ scope: 'stream', id: 'default/marketing', engagedOnly: true })
    time.now = few.until
    expect(await engine.waitedFor()).toEqual([])
  })

  it('goes on with those who read when an operator ends the hold itself', async () => {
    const { engine, admit, reply: say } = bench()
    for (const messageId of ['a', 'b', 'c']) await say(reply, { ...marketing, messageId })
    expect(await engine.release({ hold: { scope: 'stream', id: 'default/marketing' } })).toBe(1)
    expect(await admit(marketing)).toMatchObject([
      { decision: 'held', reason: expect.stringContaining('engaged') },
    ])
  })
})
