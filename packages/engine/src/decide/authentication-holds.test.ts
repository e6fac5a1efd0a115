import { describe, expect, it } from 'vitest'
import { verdictOf } from './verdict.test.fixture.ts'
import { hour, minute, World } from '../world.test.fixture.ts'
import { resolvePolicy } from '../policy/policy-check.ts'
import type { Attempt } from './attempt.ts'

const dmarc = verdictOf('dmarc-failure', { fault: 'sender-auth', scope: 'sending-domain' })
const spfAndDkim = verdictOf('authentication-failure', { fault: 'sender-auth', scope: 'sending-domain' })
const naming = (domain: string): typeof dmarc => ({ ...dmarc, evidence: { domain } })

function fail(world: World, count: number, about: Partial<Attempt> = {}, verdict = dmarc): void {
  for (let message = 0; message < count; message++)
    expect(world.record(verdict, { messageId: `f${message}`, ...about }).type).toBe('fail')
}

describe('mail that is not authenticated', () => {
  it('holds what this lane sends from this domain in this stream, and nothing else', () => {
    const world = new World()
    fail(world, 3)
    expect(world.admit({ messageId: 'x' })).toMatchObject({
      decision: 'held',
      retryAt: world.now + hour * 1000,
      hold: { scope: 'sending-domain', id: 'example.com/transactional/default' },
    })
    const other = { messageId: 'x' }
    expect(world.admit({ ...other, stream: 'marketing' }).decision).toBe('send')
    expect(world.admit({ ...other, lane: 'b' }).decision).toBe('send')
    expect(world.admit({ ...other, senderDomain: 'example.org' }).decision).toBe('send')
    expect(world.admit({ ...other, fromDomain: 'example.org' }).decision).toBe('send')
    expect(world.admit({ ...other, submitter: 'shop' }).decision).toBe('send')
    expect(world.admit({ ...other, senderDomain: null }).decision).toBe('send')
  })

  it('holds a submitter on all lanes, and no other submitter', () => {
    const world = new World()
    for (const lane of ['a', 'b', 'c']) fail(world, 1, { lane, submitter: 'new-tool', messageId: lane })
    expect(world.admit({ submitter: 'new-tool', lane: 'd', messageId: 'x' }).decision).toBe('held')
    expect(world.admit({ submitter: 'shop', lane: 'a', messageId: 'x' }).decision).toBe('send')
  })

  it('counts both rules together, and takes either for a refused probe', () => {
    const world = new World()
    fail(world, 2)
    fail(world, 1, { messageId: 'm9' }, spfAndDkim)
    expect(world.admit({ messageId: 'x' })).toMatchObject({
      decision: 'held',
      rule: 'authentication-failure',
    })
    world.pass(hour)
    world.admit({ messageId: 'probe' })
    expect(world.record(dmarc, { messageId: 'probe' })).toMatchObject({
      type: 'hold',
      retryAt: world.now + hour * 1000,
    })
  })

  it('holds nothing below 20 % of what the key tried in ten minutes', () => {
    const world = new World()
    world.deliver(16)
    // Other mail of the lane makes the share no smaller.
    world.deliver(100, { stream: 'marketing' })
    fail(world, 3)
    expect(world.admit({ messageId: 'x' }).decision).toBe('send')
    fail(world, 1, { messageId: 'm4' })
    expect(world.admit({ messageId: 'x' }).decision).toBe('held')
  })

  it('holds nothing if it comes further apart', () => {
    const world = new World()
    for (let message = 0; message < 10; message++) {
      fail(world, 1, { messageId: `m${message}` })
      world.pass(5 * minute + 1)
    }
    expect(world.admit({ messageId: 'x' }).decision).toBe('send')
  })

  it('of the null sender has nothing to hold', () => {
    const world = new World()
    fail(world, 5, { senderDomain: null })
    expect(world.admit({ senderDomain: null, messageId: 'x' }).decision).toBe('send')
  })
})

describe('mail that is only forwarded', () => {
  it("holds nothing if the reply names another domain than the sender's, as far as nobody says what is own", () => {
    const world = new World()
    fail(world, 20, {}, naming('bank.example'))
    fail(world, 20, { fromDomain: 'bank.example' })
    fail(world, 20, { fromDomain: 'bank.example' }, naming('bank.example'))
    for (const fromDomain of ['example.com', 'bank.example'])
      expect(world.admit({ fromDomain, messageId: 'x' }).decision).toBe('send')
    fail(world, 3, {}, naming('News.Example.com'))
    expect(world.admit({ messageId: 'x' }).decision).toBe('held')
  })

  it('holds nothing for any domain that is not one of ownDomains', () => {
    const world = new World()
    world.policy = resolvePolicy({ jitter: 0, ownDomains: ['Shop.example'] })
    // The envelope is ours, as a forwarder rewrites it.
    fail(world, 20, { senderDomain: 'bounces.shop.example' }, naming('bank.example'))
    fail(world, 20, { senderDomain: 'shop.example', fromDomain: 'bank.example' })
    fail(world, 20, { senderDomain: 'notshop.example' })
    fail(world, 20, { senderDomain: null })
    for (const [, scope] of world.scopes) expect(scope).toEqual({})
  })

  it('is told from own mail by ownDomains, subdomains included, whoever the envelope sender is', () => {
    const world = new World()
    world.policy = resolvePolicy({ jitter: 0, ownDomains: ['shop.example'] })
    const about = { senderDomain: 'esp.example', fromDomain: 'news.shop.example' }
    fail(world, 3, about, naming('shop.example'))
    expect(world.admit({ ...about, messageId: 'x' })).toMatchObject({
      decision: 'held',
      hold: { scope: 'sending-domain', id: 'news.shop.example/transactional/default' },
    })
  })
})
