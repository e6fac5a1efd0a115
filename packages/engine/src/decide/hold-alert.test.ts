import { describe, expect, it } from 'vitest'
import type { Alert } from '../signals/alert.ts'
import type { Attempt } from './attempt.ts'
import { proofpoint, unavailable, verdictOf } from './verdict.test.fixture.ts'
import { day, World } from '../world.test.fixture.ts'
import type { Verdict } from '@icloud-delivery/rules'

function tell(world: World, verdict: Verdict, about: Partial<Attempt> = {}): Alert[] {
  world.record(verdict, about)
  return (world.last?.effects ?? []).flatMap((effect) => (effect.type === 'alert' ? [effect.alert] : []))
}

const url = 'https://ipcheck.proofpoint.com/?ip=192.0.2.10'

describe('an alert about a hold', () => {
  it('of an IP that is blocked says where to ask, once', () => {
    const world = new World()
    const blocked = { ...proofpoint, evidence: { url } }
    expect(tell(world, blocked)).toEqual([
      {
        kind: 'ip-blocked',
        at: world.now,
        subject: 'sending-ip/default',
        rule: 'proofpoint-block',
        numbers: { count: 1, attempts: 1, percent: 100 },
        url,
        reply: 'reply for proofpoint-block',
        message:
          'proofpoint-block: Apple refuses the IP of the lane default; ask for it to be unblocked where the reply says. ' +
          'The lane is held until Apple takes a probe, the first in 1 h, then one in 1 h.',
      },
    ])
    expect(tell(world, blocked, { messageId: 'm2' })).toEqual([])
  })

  it('of an IP on the PBL says that it takes a relay', () => {
    const world = new World()
    const pbl = verdictOf('spamhaus-block', {
      fault: 'sender-ip',
      disposition: 'hold',
      evidence: { list: 'PBL' },
    })
    expect(tell(world, pbl)).toMatchObject([
      { kind: 'ip-not-for-mail', message: expect.stringContaining('send through a relay') },
    ])
  })

  it('of a lane that rests has the numbers', () => {
    const world = new World()
    world.deliver(15)
    for (let message = 1; message < 5; message++)
      expect(tell(world, unavailable, { messageId: `m${message}` })).toEqual([])
    expect(tell(world, unavailable, { messageId: 'm5' })).toMatchObject([
      {
        kind: 'held',
        numbers: { count: 5, attempts: 20, percent: 25 },
        message:
          'service-unavailable: 5 of 20 attempts (25 %) were refused within 1 h; the lane default is held for 15 min.',
      },
    ])
  })

  it('of messages that are held by their ids comes once an hour and stream, and of campaigns each time', () => {
    const world = new World()
    const cs02 = verdictOf('policy-cs02', { fault: 'content', scope: 'stream' })
    // Nothing is held for long enough to close the stream as well.
    const about = { stream: 'marketing', author: 'one' }
    expect(tell(world, cs02, { ...about, messageId: 'a' })).toHaveLength(1)
    expect(tell(world, cs02, { ...about, messageId: 'b' })).toEqual([])
    world.pass(3600)
    expect(tell(world, cs02, { ...about, messageId: 'c' })).toHaveLength(1)
    world.pass(day)
    expect(tell(world, cs02, { ...about, campaign: 'spring' })).toHaveLength(1)
    expect(tell(world, cs02, { ...about, campaign: 'summer' })).toHaveLength(1)
  })

  it('holds no remote text in its message', () => {
    const world = new World()
    const nasty = {
      ...proofpoint,
      text: 'NASTY',
      evidence: { url: 'https://nasty.example', domain: 'nasty' },
    }
    const [alert] = tell(world, nasty)
    expect(alert?.message.toLowerCase()).not.toContain('nasty')
    const long = { ...proofpoint, text: 'x'.repeat(5000) }
    expect(tell(world, long, { lane: 'b' })[0]?.reply).toHaveLength(1000)
  })
})
