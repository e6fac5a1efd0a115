import { describe, expect, it } from 'vitest'
import { resolvePolicy } from '../policy/policy-check.ts'
import { hour, World } from '../world.test.fixture.ts'
import { invalid, verdictOf } from './verdict.test.fixture.ts'

const unknown = verdictOf('unknown-permanent', {})

describe('a permanent refusal before MAIL', () => {
  it.each(['connect', 'helo'] as const)('at %s is tried again where no rule knows its words', (phase) => {
    const world = new World()
    const action = world.record(unknown, { phase })
    expect(action).toMatchObject({ type: 'retry', retryAt: world.now + hour * 250 })
    expect(world.recipients.get('anna@icloud.com')?.softBounces).toBeUndefined()
  })

  it.each(['mail', 'rcpt', 'data', 'eod', null] as const)('fails the message at %s, as ever', (phase) => {
    expect(new World().record(unknown, { phase }).type).toBe('fail')
  })

  it('ends with the age of the message', () => {
    const world = new World()
    const acceptedAt = world.now
    world.record(unknown, { phase: 'connect', acceptedAt })
    world.pass(120 * hour)
    expect(world.record(unknown, { phase: 'connect', acceptedAt })).toMatchObject({
      type: 'fail',
      expired: true,
    })
  })

  it('rests the lane when there are many, as every connection would meet it', () => {
    const world = new World()
    for (let count = 0; count < 5; count++)
      world.record(unknown, { phase: 'connect', recipient: `r${count}@icloud.com`, messageId: `m${count}` })
    expect(world.admit().decision).toBe('held')
  })

  it('is what its rule says where the words are known', () => {
    expect(new World().record(invalid, { phase: 'rcpt' }).type).toBe('suppress')
    expect(new World().record(verdictOf('policy-cs01', {}), { phase: 'connect' }).type).toBe('fail')
  })

  it('waits as the policy says for this rule', () => {
    const world = new World()
    world.policy = resolvePolicy({ jitter: 0, rules: { 'unknown-permanent': { waitsSeconds: [7] } } })
    expect(world.record(unknown, { phase: 'connect' }).retryAt).toBe(world.now + 7000)
  })
})
