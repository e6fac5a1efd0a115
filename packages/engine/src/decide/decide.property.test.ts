import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { State } from '../state/state.ts'
import { verdictOf } from './verdict.test.fixture.ts'
import { World } from '../world.test.fixture.ts'
import { defaultPolicy } from '../policy/policy.ts'
import { expiryOf } from './retry-time.ts'

const faults = [
  'recipient',
  'recipient-domain',
  'rate',
  'provider',
  'sender-auth',
  'sender-ip',
  'content',
  'unknown',
] as const
const dispositions = ['retry', 'soft-bounce', 'suppress', 'fail', 'hold'] as const

const step = fc.record({
  rule: fc.constantFrom(
    ...Object.keys(defaultPolicy.rules).map((rule) => rule.split(':')[0] ?? ''),
    'invalid-recipient',
    'new',
  ),
  provider: fc.constantFrom('apple' as const, 'apple' as const, 'apple' as const, null),
  fault: fc.constantFrom(...faults),
  disposition: fc.constantFrom(...dispositions),
  delivered: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  seconds: fc.constantFrom(-3600, 0, 1, 60, 3600, 86_400, 700_000),
  about: fc.record({
    messageId: fc.constantFrom('m1', 'm2', 'm3', '__proto__'),
    address: fc.constantFrom(
      'anna@icloud.com',
      'carl@privaterelay.appleid.com',
      'berta@icloud.com',
      '__proto__@icloud.com',
    ),
    campaign: fc.constantFrom(null, 'spring', '__proto__'),
    author: fc.constantFrom('anna', 'berta', 'carl'),
    submitter: fc.constantFrom(null, '__proto__'),
    stream: fc.constantFrom('transactional', 'marketing', '__proto__'),
    hop: fc.constantFrom('direct' as const, 'direct' as const, 'relay' as const),
    senderDomain: fc.constantFrom('example.com', null),
    fromDomain: fc.constantFrom('example.com', 'example.org', null),
  }),
})

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze)
  return value
}

it('whatever comes: pure, only for a fault of the recipient, with an end, and with a bounded memory', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      const world = new World()
      for (const { rule, provider, fault, disposition, delivered, seconds, about } of steps) {
        world.pass(seconds)
        world.admit(about)
        for (const state of [...world.recipients.values(), ...world.scopes.values()]) freeze(state)
        const verdict = verdictOf(rule, { provider, fault, disposition })
        const action = world.record(delivered ? null : verdict, about)

        if (action.type === 'suppress') expect([provider, fault]).toEqual(['apple', 'recipient'])
        expect(action.type === 'retry' || action.type === 'hold').toBe(action.retryAt !== null)
        if (action.retryAt !== null) {
          expect(action.retryAt).toBeGreaterThan(world.now)
          expect(action.retryAt).toBeLessThanOrEqual(
            expiryOf({ acceptedAt: world.now }, about.stream, world.policy),
          )
        }
        const next = world.last?.nextState as State
        expect(JSON.parse(JSON.stringify(next))).toEqual(next)
        expect(JSON.stringify(next).length).toBeLessThan(20_000)
      }
    }),
    { numRuns: 300, seed: 1 },
  )
})
