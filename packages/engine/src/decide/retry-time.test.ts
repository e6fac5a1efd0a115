import { describe, expect, it } from 'vitest'
import { defaultPolicy } from '../policy/policy.ts'
import { resolvePolicy } from '../policy/policy-check.ts'
import { unavailable, verdictOf } from './verdict.test.fixture.ts'
import { expiryOf, retryTime } from './retry-time.ts'
import { hour, minute, World } from '../world.test.fixture.ts'

const ten = Date.UTC(2026, 0, 1, 10)
const { topOfHour } = defaultPolicy

/** Minutes past ten of a try that would fall so many minutes past ten. */
function movedTo(minutes: number, random: number): number {
  const at = retryTime(ten + (minutes - 30) * 60_000, 30 * minute, topOfHour, () => random)
  return (at - ten) / 60_000
}

describe('the top of the hour', () => {
  it.each([
    [-0.01, 0.5, -0.01],
    [0, 0, 5],
    [0, 0.5, 10],
    [4.99, 1, 15],
    [5, 0.5, 5],
    [59, 0.5, 59],
  ])('moves a try at minute %f, with %f at random, to minute %f', (minutes, random, moved) => {
    expect(movedTo(minutes, random)).toBeCloseTo(moved, 6)
  })

  it('is left by a thousand tries that meet there, evenly over ten minutes', () => {
    const minutes = Array.from({ length: 1000 }, (_, n) => Math.floor(movedTo(0, n / 1000)))
    for (let at = 5; at < 15; at++) expect(minutes.filter((one) => one === at)).toHaveLength(100)
  })

  it('stays for waits that are shorter than it is, and if it is off', () => {
    expect(retryTime(ten, 60, topOfHour, () => 0)).toBe(ten + 60_000)
    const off = { ...topOfHour, avoidSeconds: 0 }
    expect(retryTime(ten, hour, off, () => 0)).toBe(ten + 3_600_000)
  })

  it('is kept free by every rule that retries, and never sooner than the wait', () => {
    const world = new World()
    world.policy = resolvePolicy()
    const rules = [unavailable, verdictOf('rate-limited', { fault: 'rate', disposition: 'retry' })]
    for (let n = 0; n < 400; n++) {
      world.random = (n % 7) / 7
      const { retryAt } = world.record(rules[n % 2] ?? null, {
        messageId: `m${n}`,
        address: `a${n}@icloud.com`,
      })
      expect((retryAt ?? 0) % 3_600_000).toBeGreaterThanOrEqual(300_000)
      expect(retryAt).toBeGreaterThanOrEqual(world.now + 15 * 60_000)
      world.pass(97)
    }
  })
})

describe('the age of a message', () => {
  it.each([
    ['marketing', { acceptedAt: ten }, 48],
    ['transactional', { acceptedAt: ten }, 120],
    ['marketing', { acceptedAt: ten, deliverBy: ten + 3_600_000 }, 1],
    ['marketing', { acceptedAt: ten, deliverBy: ten + 1e9 }, 48],
    ['marketing', { acceptedAt: null, deliverBy: ten }, 0],
    ['marketing', {}, Infinity],
  ])('in %s with %j is %f h', (stream, deadlines, hours) => {
    expect((expiryOf(deadlines, stream, defaultPolicy) - ten) / 3_600_000).toBe(hours)
  })

  it('ends with deliverBy, which is remembered with the message; waits are cut to it', () => {
    const world = new World()
    const deliverBy = world.now + 20 * 60_000
    expect(world.record(unavailable, { deliverBy }).retryAt).toBe(world.now + 15 * 60_000)
    world.pass(15 * minute)
    expect(world.record(unavailable).retryAt).toBe(deliverBy)
    world.pass(5 * minute)
    expect(world.record(unavailable)).toMatchObject({ type: 'fail', expired: true })
    expect(world.recipients.get('anna@icloud.com')).toEqual({})
  })

  it('is not waited for by admit: past deliverBy it is expired, on a direct hop', () => {
    const world = new World()
    expect(world.admit({ deliverBy: world.now + 1 }).decision).toBe('send')
    expect(world.admit({ deliverBy: world.now })).toMatchObject({ decision: 'expired', rule: null })
    expect(world.admit({ deliverBy: world.now, hop: 'relay' }).decision).toBe('send')
  })

  it('cuts the wait of a recipient that is slowed down', () => {
    const world = new World()
    world.record(verdictOf('rate-limited', { fault: 'rate', disposition: 'retry' }))
    const deliverBy = world.now + 60_000
    expect(world.admit({ messageId: 'm2', deliverBy })).toMatchObject({
      decision: 'later',
      retryAt: deliverBy,
    })
  })
})
