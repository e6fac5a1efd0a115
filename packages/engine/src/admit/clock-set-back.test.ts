import { describe, expect, it } from 'vitest'
import { invalid, mailboxFull, verdictOf } from '../decide/verdict.test.fixture.ts'
import { day, World } from '../world.test.fixture.ts'

const year = 365 * day
const limited = verdictOf('rate-limited', { fault: 'rate', scope: 'recipient', disposition: 'retry' })
const marketing = { stream: 'marketing' }

/** What happens while the clock is a year ahead. */
function ahead(happens: (world: World) => void): World {
  const world = new World()
  world.pass(year)
  happens(world)
  world.pass(-year)
  return world
}

describe('a recipient does not wait for a clock that was set back', () => {
  it('where Apple slows it down', () => {
    const world = ahead((then) => then.record(limited, { messageId: 'm1' }))
    expect(world.admit({ messageId: 'm2' }).decision).toBe('send')
    world.record(limited, { messageId: 'm2' })
    expect(world.admit({ messageId: 'm3' }).decision).toBe('later')
  })

  it('in a quarantine, which begins anew', () => {
    const world = ahead((then) => {
      then.record(null, { messageId: 'ok' })
      then.pass(day)
      expect(then.record(invalid, { messageId: 'm1' }).type).toBe('soft-bounce')
      expect(then.admit({ messageId: 'm2' }).decision).toBe('later')
    })
    expect(world.admit({ messageId: 'm2' }).decision).toBe('send')
    expect(world.record(invalid, { messageId: 'm2' }).type).toBe('soft-bounce')
    expect(world.admit({ messageId: 'm3' }).decision).toBe('later')
    world.pass(2 * day)
    expect(world.record(invalid, { messageId: 'm3' }).type).toBe('suppress')
  })

  it('where a stream pauses, which is tried at once', () => {
    const world = ahead((then) => {
      for (const messageId of ['m1', 'm2']) {
        let { retryAt } = then.record(mailboxFull, { messageId })
        while (retryAt !== null) {
          then.now = retryAt
          retryAt = then.record(mailboxFull, { messageId }).retryAt
        }
        then.pass(14 * day)
      }
      expect(then.admit({ messageId: 'm3', ...marketing }).decision).toBe('send')
    })
    expect(world.admit({ messageId: 'm4', ...marketing }).decision).toBe('send')
    expect(world.admit({ messageId: 'm5', ...marketing })).toMatchObject({
      decision: 'later',
      retryAt: world.now + 14 * day * 1000,
    })
  })
})
