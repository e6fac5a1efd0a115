import { describe, expect, it, vi } from 'vitest'
import { bench, replies } from '../bench.test.fixture.ts'
import type { EngineEvents } from '../engine.ts'

describe('by hand', () => {
  it('an unsubscribe stops marketing, a complaint all but transactional, an operator all', async () => {
    const { engine, admit } = bench()
    const streams = ['transactional', 'marketing', 'news']
    async function stopped(): Promise<string[]> {
      const answers = await Promise.all(streams.map((stream) => admit({ stream })))
      return streams.filter((_, index) => answers[index]?.[0]?.decision === 'suppressed')
    }
    await engine.suppress({ recipient: 'Anna@icloud.com', origin: 'unsubscribe' })
    expect(await stopped()).toEqual(['marketing'])
    await engine.suppress({ recipient: 'anna@icloud.com', origin: 'complaint' })
    expect(await stopped()).toEqual(['marketing', 'news'])
    const note = 'asked by phone'
    await engine.suppress({ recipient: 'anna@icloud.com', origin: 'operator', note })
    expect(await stopped()).toEqual(streams)
    expect((await engine.address('anna@icloud.com')).suppressions.map(({ origin }) => origin)).toEqual([
      'unsubscribe',
      'complaint',
      'operator',
    ])
  })

  it('a release takes back what replies did, and nothing else', async () => {
    const { engine, admit, reply } = bench()
    await engine.suppress({
      recipient: 'anna@icloud.com',
      origin: 'unsubscribe',
      streams: ['marketing', 'news'],
    })
    await reply(replies.inactive)
    await reply(replies.invalid, { messageId: 'm2' })
    const released = vi.fn<(payload: EngineEvents['released']) => void>()
    engine.on('released', released)
    expect(await engine.release({ address: 'ANNA@icloud.com' })).toBe(1)
    expect(released).toHaveBeenCalledTimes(1)
    expect((await admit())[0]?.decision).toBe('send')
    expect((await admit({ stream: 'news' }))[0]?.decision).toBe('suppressed')
    expect((await engine.address('anna@icloud.com')).softBounces).toEqual([])
    expect(await engine.release({ address: 'anna@icloud.com' })).toBe(0)
    expect(await engine.release({ address: 'anna@icloud.com', origin: 'unsubscribe' })).toBe(1)
    expect(await engine.release({ address: 'nobody@icloud.com' })).toBe(0)
  })

  it('a release opens a held scope', async () => {
    const { engine, admit, reply } = bench()
    await reply(replies.blocked)
    const hold = { scope: 'sending-ip', id: 'default' } as const
    expect(await engine.release({ hold })).toBe(1)
    expect(await engine.release({ hold })).toBe(0)
    expect((await admit())[0]?.decision).toBe('send')
  })
})
