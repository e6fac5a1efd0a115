import { describe, expect, it } from 'vitest'
import type { HoldRef } from '../record/action.ts'
import { hm08, verdictOf } from './verdict.test.fixture.ts'
import { hour, minute, World } from '../world.test.fixture.ts'

const marketing = { stream: 'marketing' }
const stream: HoldRef = { scope: 'stream', id: 'default/marketing' }
const content = (rule: string): ReturnType<typeof verdictOf> =>
  verdictOf(rule, { fault: 'content', scope: 'stream' })

describe.each(['policy-cs02', 'policy-cs03', 'spamhaus-dbl'])('%s', (rule) => {
  const verdict = content(rule)

  it('fails the message and holds the rest of its campaign at once, for an hour', () => {
    const world = new World()
    const campaign = { ...marketing, campaign: 'spring' }
    expect(world.record(verdict, campaign)).toMatchObject({
      type: 'fail',
      holds: [{ scope: 'campaign', id: 'spring' }],
    })
    expect(world.admit({ ...campaign, messageId: 'm2' })).toMatchObject({
      decision: 'held',
      rule,
      retryAt: world.now + hour * 1000,
      hold: { scope: 'campaign', id: 'spring' },
    })
    expect(world.admit({ ...campaign, lane: 'other', messageId: 'm2' }).decision).toBe('held')
    expect(world.admit({ ...marketing, campaign: 'summer', messageId: 'm3' }).decision).toBe('send')
    expect(world.admit({ ...marketing, messageId: 'm4' }).decision).toBe('send')
  })

  it('tries the campaign with one message an hour, and goes on when Apple takes it', () => {
    const world = new World()
    const campaign = { ...marketing, campaign: 'spring' }
    world.record(verdict, campaign)
    world.pass(hour)
    expect(world.admit({ ...campaign, messageId: 'probe' }).decision).toBe('send')
    expect(world.admit({ ...campaign, messageId: 'm3' }).decision).toBe('held')
    expect(world.record(verdict, { ...campaign, messageId: 'probe' })).toMatchObject({
      type: 'hold',
      retryAt: world.now + hour * 1000,
    })
    world.pass(hour)
    world.admit({ ...campaign, messageId: 'probe' })
    world.record(null, { ...campaign, messageId: 'probe' })
    expect(world.last?.effects).toContainEqual({
      type: 'released',
      hold: { scope: 'campaign', id: 'spring' },
    })
    expect(world.admit({ ...campaign, messageId: 'm3' }).decision).toBe('send')
    expect(world.scopes.get('scope/campaign/spring')).toEqual({})
  })

  it('without a campaign holds the other recipients of the message, and nothing else', () => {
    const world = new World()
    expect(world.record(verdict, marketing).holds).toEqual([{ scope: 'campaign', id: '<m1>' }])
    expect(world.admit({ ...marketing, address: 'berta@icloud.com' }).decision).toBe('held')
    expect(world.admit({ ...marketing, messageId: 'm2' }).decision).toBe('send')
    expect(world.admit({ ...marketing, messageId: 'm2', campaign: 'm1' }).decision).toBe('send')
  })

  it('holds the stream at three campaigns, however many replies come for one', () => {
    const world = new World()
    for (const campaign of ['a', 'a', 'a', 'a', 'b', 'b']) {
      world.record(verdict, { ...marketing, campaign, messageId: `${campaign}${world.now}` })
      world.pass(10)
    }
    expect(world.admit({ ...marketing, campaign: 'c' }).decision).toBe('send')
    expect(world.record(verdict, { ...marketing, campaign: 'c' }).holds).toContainEqual(stream)
    expect(world.admit({ ...marketing, campaign: 'd' })).toMatchObject({ decision: 'held', hold: stream })
  })

  it('holds the stream at three senders where campaigns have no names', () => {
    const world = new World()
    for (const author of ['anna', 'anna', 'anna', 'berta'])
      world.record(verdict, { ...marketing, author, messageId: `${author}${world.now}` })
    expect(world.admit({ ...marketing, messageId: 'x' }).decision).toBe('send')
    expect(world.record(verdict, { ...marketing, author: 'carl' }).holds).toContainEqual(stream)
  })

  it('leaves the stream open below 1 % of the attempts of ten minutes', () => {
    const world = new World()
    world.deliver(400, marketing)
    for (const campaign of ['a', 'b', 'c', 'd'])
      expect(world.record(verdict, { ...marketing, campaign }).holds).not.toContainEqual(stream)
    world.record(verdict, { ...marketing, campaign: 'e' })
    expect(world.last?.action.holds).toContainEqual(stream)
  })
})

describe.each(['policy-cs01', 'policy-hm07', 'local-policy'])('%s', (rule) => {
  const verdict = verdictOf(rule, {
    fault: rule === 'policy-hm07' ? 'reputation' : 'content',
    scope: 'stream',
  })

  it('fails the message and holds the stream at 5 and 10 % of the attempts of ten minutes', () => {
    const world = new World()
    world.deliver(50, marketing)
    for (let message = 1; message < 6; message++)
      expect(world.record(verdict, { ...marketing, messageId: `m${message}` })).toMatchObject({
        type: 'fail',
        holds: [],
      })
    expect(world.record(verdict, { ...marketing, messageId: 'm6' }).holds).toEqual([stream])
    expect(world.last?.effects).toContainEqual({
      type: 'alert',
      alert: expect.objectContaining({
        kind: 'held',
        subject: 'stream/default/marketing',
        numbers: { count: 6, attempts: 56, percent: 10.7 },
      }),
    })
    expect(world.admit({ ...marketing, messageId: 'x' })).toMatchObject({
      decision: 'held',
      retryAt: world.now + hour * 1000,
    })
  })

  it('needs five, however few the attempts are', () => {
    const world = new World()
    for (let message = 1; message < 5; message++)
      world.record(verdict, { ...marketing, messageId: `m${message}` })
    expect(world.admit({ ...marketing, messageId: 'x' }).decision).toBe('send')
    expect(world.record(verdict, { ...marketing, messageId: 'm5' }).holds).toEqual([stream])
  })

  it('looks at the last ten minutes only', () => {
    const world = new World()
    world.deliver(1000, marketing)
    world.pass(11 * minute)
    for (let message = 1; message < 6; message++)
      world.record(verdict, { ...marketing, messageId: `m${message}` })
    expect(world.admit({ ...marketing, messageId: 'x' }).decision).toBe('held')
  })
})

describe('policy-hm08', () => {
  it('halves the lane with each reply, and holds the stream at 3 and 1 %', () => {
    const world = new World()
    world.deliver(350, marketing)
    for (let message = 1; message < 4; message++) {
      expect(world.record(hm08, { ...marketing, messageId: `m${message}` }).holds).toEqual([])
      expect(world.last?.effects).toEqual([{ type: 'slow', lane: 'default', rule: 'policy-hm08' }])
    }
    expect(world.record(hm08, { ...marketing, messageId: 'm4' }).holds).toEqual([stream])
  })

  it('slows no lane from behind a relay', () => {
    const world = new World()
    world.record(hm08, { ...marketing, hop: 'relay' })
    expect(world.last?.effects).toEqual([])
  })
})

describe('a transactional stream', () => {
  it.each(['policy-cs01', 'local-policy', 'policy-cs02', 'spamhaus-dbl'])(
    'is never held by %s for one single sender',
    (rule) => {
      const world = new World()
      for (let message = 0; message < 30; message++) {
        const about = { messageId: `m${message}`, campaign: `c${message}`, submitter: 'shop', author: 'shop' }
        expect(world.record(content(rule), about).holds).not.toContainEqual(
          expect.objectContaining({ scope: 'stream' }),
        )
      }
      world.record(content(rule), { messageId: 'x', campaign: 'x', submitter: 'bank', author: 'bank' })
      expect(world.last?.action.holds).toContainEqual({ scope: 'stream', id: 'default/transactional' })
    },
  )

  it('remembers the other sender among many replies for one', () => {
    const world = new World()
    const say = (author: string, messageId: string): readonly HoldRef[] =>
      world.record(content('policy-cs01'), { author, messageId }).holds
    say('bank', 'b')
    for (let message = 0; message < 3; message++) expect(say('shop', `m${message}`)).toEqual([])
    expect(say('shop', 'last')).toHaveLength(1)
  })
})
