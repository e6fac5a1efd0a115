import { describe, expect, it } from 'vitest'
import type { Alert } from '../signals/alert.ts'
import type { Attempt } from './attempt.ts'
import { verdictOf } from './verdict.test.fixture.ts'
import { day, World } from '../world.test.fixture.ts'

const denied = verdictOf('relay-access-denied', {
  fault: 'recipient-domain',
  scope: 'recipient',
  disposition: 'soft-bounce',
})

/** One refused send to somebody at example.org; the alert it raised. */
function deny(world: World, n: number, about: Partial<Attempt> = {}): Alert | undefined {
  const action = world.record(denied, { address: `a${n}@example.org`, messageId: `m${n}`, ...about })
  expect(action.type).toBe('soft-bounce')
  for (const effect of world.last?.effects ?? []) if (effect.type === 'alert') return effect.alert
  return undefined
}

describe("a domain that Apple's MX does not serve", () => {
  it('raises an alert after 4 failed sends over 28 days, to any of its recipients', () => {
    const world = new World()
    expect([deny(world, 1), deny(world, 2)]).toEqual([undefined, undefined])
    world.pass(10 * day)
    expect(deny(world, 3)).toBeUndefined()
    world.pass(10 * day)
    expect(deny(world, 4)).toBeUndefined()
    world.pass(8 * day)
    expect(deny(world, 5, { mxAtApple: true })).toMatchObject({
      kind: 'domain-denied',
      subject: 'example.org',
      rule: 'relay-access-denied',
      numbers: { failures: 4, days: 28, mxAtApple: 1 },
      message: expect.stringContaining('Its MX is at Apple'),
    })
    expect(deny(world, 6)).toBeUndefined()
    expect(deny(world, 7, { address: 'a@example.com' })).toBeUndefined()
  })

  it('has its MX doubted each time, and says in the alert what DNS says now', () => {
    const world = new World()
    const said = ([null, true, false] as const).map((mxAtApple) => {
      const domain = `${mxAtApple}.example`
      for (let n = 0; n < 3; n++) {
        deny(world, n, { address: `a@${domain}` })
        expect(world.last?.effects).toEqual([{ type: 'mx-doubtful', domain, rule: 'relay-access-denied' }])
        world.pass(10 * day)
      }
      return deny(world, 3, { address: `a@${domain}`, mxAtApple })?.message
    })
    expect(said[0]).toContain('See whether its MX')
    expect(said[1]).toContain('Its MX is at Apple')
    expect(said[2]).toContain('not at Apple any more')
  })

  it('starts anew when one of them has got mail since, and after a long time', () => {
    const world = new World()
    for (const n of [1, 2, 3]) {
      deny(world, n)
      world.pass(10 * day)
    }
    world.record(null, { address: 'a1@example.org', messageId: 'ok' })
    expect(deny(world, 1, { messageId: 'later' })).toBeUndefined()
    world.pass(57 * day)
    for (const n of [5, 6, 7]) expect(deny(world, n)).toBeUndefined()
  })

  it('never has an address suppressed, and is not doubted for what is said of another mailbox', () => {
    const world = new World()
    for (let n = 0; n < 50; n++) {
      deny(world, n, { address: 'a@example.org' })
      world.pass(10 * day)
    }
    expect(world.admit({ address: 'a@example.org' }).decision).toBe('send')
    world.record({ ...denied, evidence: { address: 'x@other.example' } }, { address: 'b@example.org' })
    expect(world.last?.effects).toEqual([])
  })
})
