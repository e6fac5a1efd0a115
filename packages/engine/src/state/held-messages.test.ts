import { describe, expect, it } from 'vitest'
import { bench, type Bench } from '../bench.test.fixture.ts'
import { BreakableLedger } from '../broken-ledger.test.fixture.ts'
import { messageHeldAt, withMessageHeld } from './held-messages.ts'

const content = '554 5.7.1 [CS02] Message rejected due to local policy.'
const hour = 3_600_000
const mail = { stream: 'marketing', sender: 'news@example.com', messageId: 'bad' }

async function decision({ admit }: Bench, about: object): Promise<string | undefined> {
  return (await admit({ ...mail, ...about }))[0]?.decision
}

describe('a message that is held by its id', () => {
  it('is held on every lane, wherever it was refused', async () => {
    for (const [refused, asked] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const made = bench({ policy: { lanes: { a: { alternative: 'b' }, b: { warmUp: 'done' } } } })
      await made.reply(content, { ...mail, lane: refused })
      expect(await decision(made, { lane: asked })).toBe('held')
      expect(await decision(made, { lane: asked, messageId: 'good' })).toBe('send')
      await made.engine.close()
    }
  })

  it('is known on another lane by its reply too: what it meets there does not open it', async () => {
    const made = bench()
    await made.reply(content, { ...mail, lane: 'a' })
    made.time.now += hour
    expect(await decision(made, { lane: 'b' })).toBe('send')
    await made.deliver({ ...mail, lane: 'b' })
    expect(await made.engine.holds()).toEqual([])
    expect(await decision(made, { lane: 'a' })).toBe('send')
  })

  it('costs other streams and other domains no second look', async () => {
    const ledger = new BreakableLedger()
    const made = bench({ ledger })
    let looks = 0
    const read = ledger.read.bind(ledger)
    ledger.read = (keys) => {
      if (keys.some((key) => key.startsWith('scope/campaign/<'))) looks++
      return read(keys)
    }
    await made.reply(content, { ...mail, lane: 'a' })
    expect(looks).toBe(1)
    await decision(made, { lane: 'b', stream: 'transactional' })
    await decision(made, { lane: 'b', sender: 'news@example.org' })
    await decision(made, { lane: 'b', campaign: 'spring' })
    expect(looks).toBe(1)
    await decision(made, { lane: 'b' })
    expect(looks).toBe(2)
    made.time.now += 300 * hour
    await decision(made, { lane: 'b' })
    expect(looks).toBe(2)
  })

  it('is remembered for a bounded number of streams', () => {
    let domain = {}
    for (let index = 0; index < 30; index++) domain = withMessageHeld(domain, `s${index}`, index)
    domain = withMessageHeld(domain, '__proto__', 30)
    domain = withMessageHeld(domain, 's29', 31)
    expect(messageHeldAt(domain, 's0')).toBeUndefined()
    expect(messageHeldAt(domain, 's29')).toBe(31)
    expect(messageHeldAt(domain, '__proto__')).toBe(30)
    expect(JSON.stringify(domain).length).toBeLessThan(700)
  })
})
