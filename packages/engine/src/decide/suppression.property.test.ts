import { rules } from '@icloud-delivery/rules'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createEngine } from '../create-engine.ts'
import { verdictOf } from './verdict.test.fixture.ts'
import { World } from '../world.test.fixture.ts'

const mayBlame = new Set(['invalid-recipient', 'inactive-account'])
const addresses = ['anna@icloud.com', 'berta@example.org', 'carl@me.com']

const step = fc.record({
  // `null`: Apple took it. Replies of every rule, about the recipient or about somebody else.
  rule: fc.oneof(
    fc.constant(null),
    fc.constantFrom(...rules),
    fc.constantFrom(...rules.filter(({ id }) => mayBlame.has(id))),
  ),
  named: fc.constantFrom(undefined, undefined, 'somebody.else@example.com'),
  seconds: fc.constantFrom(0, 60, 3600, 90_000, 200_000, 1_000_000),
  about: fc.record({
    address: fc.constantFrom(...addresses),
    messageId: fc.constantFrom('m1', 'm2', 'm3', 'm4', 'm5', 'm6'),
    stream: fc.constantFrom('transactional', 'marketing'),
    hop: fc.constantFrom('direct' as const, 'direct' as const, 'relay' as const),
  }),
})

it('no history suppresses a recipient without a reply of its own fault since Apple last took its mail', () => {
  let suppressed = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 80 }), (steps) => {
      const world = new World()
      const blamed = new Map<string, Set<string>>()
      const taken = new Map<string, number>()
      for (const { rule, named, seconds, about } of steps) {
        world.pass(seconds)
        const { address } = about
        const before = world.recipients.get(address)?.suppressions
        const evidence = named === undefined ? {} : { address: named }
        const action = world.record(rule === null ? null : verdictOf(rule.id, { ...rule, evidence }), about)
        if (rule === null) {
          if (about.hop === 'direct') blamed.delete(address)
          if (about.hop === 'direct') taken.set(address, world.now)
        } else if (rule.fault === 'recipient' && named === undefined) {
          blamed.set(address, (blamed.get(address) ?? new Set()).add(rule.id))
        }
        if (action.type !== 'suppress') {
          expect(world.recipients.get(address)?.suppressions).toEqual(before)
          continue
        }
        suppressed++
        const { suppression } = action
        expect(suppression?.recipient).toBe(address)
        expect(mayBlame.has(suppression?.rule ?? '')).toBe(true)
        expect(blamed.get(address)?.has(suppression?.rule ?? '')).toBe(true)
        // Who took mail within 30 days is only suppressed by a second reply, two days after the first.
        const sinceTaken = world.now - (taken.get(address) ?? -Infinity)
        if (sinceTaken <= 30 * 86_400_000 && suppression?.rule === 'invalid-recipient')
          expect(world.now - (suppression.earlier?.at ?? Infinity)).toBeGreaterThanOrEqual(2 * 86_400_000)
      }
    }),
    { numRuns: 400, seed: 1 },
  )
  expect(suppressed).toBeGreaterThan(50)
})

it('unknown texts suppress nobody, however often they come, as a bare 5.1.1 too', async () => {
  let now = Date.UTC(2026, 0, 1)
  const engine = createEngine({ ledger: 'memory:', clock: () => now, random: () => 0 })
  const texts = ['550 5.1.1', '550 5.1.1 <anna@icloud.com>: odd new words', '554 5.7.1 odd new words']
  const types = new Set<string>()
  for (let n = 0; n < 90; n++) {
    const outcome = { kind: 'reply', input: texts[n % 3], mx: 'mx01.mail.icloud.com' } as const
    const to = { recipient: 'anna@icloud.com', sender: 'shop@example.com', messageId: `m${n}` }
    types.add((await engine.record({ ...to, outcome })).type)
    now += 86_400_000
  }
  expect([...types].toSorted()).toEqual(['fail', 'soft-bounce'])
  expect((await engine.address('anna@icloud.com')).suppressions).toEqual([])
  await engine.close()
})
