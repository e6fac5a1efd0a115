import { describe, expect, it } from 'vitest'
import { createEngine } from '../create-engine.ts'
import type { Engine } from '../engine.ts'
import type { Slot } from '../lanes/enter.ts'
import { defaultPolicy } from './policy.ts'
import { LivePolicy } from './live-policy.ts'

const steady = { jitter: 0, topOfHour: { avoidSeconds: 0 } }
const mail = { sender: 'shop@example.com', messageId: 'm1' }

async function waitOf(engine: Engine, now: number, recipient: string): Promise<number> {
  const outcome = {
    kind: 'reply',
    input: '421 4.7.1 Service unavailable',
    mx: 'mx01.mail.icloud.com',
  } as const
  const { retryAt } = await engine.record({ ...mail, recipient, outcome })
  return (retryAt ?? NaN) - now
}

describe('setPolicy', () => {
  it('rules over what comes from now on, and what is left out has its default again', async () => {
    const now = Date.UTC(2026, 0, 1, 12, 30)
    const engine = createEngine({ ledger: 'memory:', policy: steady, clock: () => now })
    expect(await waitOf(engine, now, 'a@icloud.com')).toBe(900_000)
    const rules = { 'service-unavailable': { waitsSeconds: [7] }, 'unknown-temporary': { waitsSeconds: [7] } }
    expect(engine.setPolicy({ ...steady, rules })).toEqual([])
    expect(engine.policy).toMatchObject({ jitter: 0, rules, maxAgeSeconds: defaultPolicy.maxAgeSeconds })
    expect(await waitOf(engine, now, 'b@icloud.com')).toBe(7000)
    engine.setPolicy(steady)
    expect(await waitOf(engine, now, 'c@icloud.com')).toBe(900_000)
    await engine.close()
  })

  it('changes nothing if it is not allowed', async () => {
    const now = Date.UTC(2026, 0, 1, 12, 30)
    const engine = createEngine({ ledger: 'memory:', policy: steady, clock: () => now })
    expect(() => engine.setPolicy({ jitter: 7 })).toThrow(/policy\.jitter/)
    expect(await waitOf(engine, now, 'a@icloud.com')).toBe(900_000)
    await engine.close()
  })

  it('gives those who wait more connections, and takes none away that is in use', async () => {
    const lane = { floor: 1, reserve: 0, start: 4 }
    const engine = createEngine({ ledger: 'memory:', policy: { lanes: { '*': { ...lane, ceiling: 1 } } } })
    const slots: Slot[] = []
    const waiting = [1, 2, 3, 4].map(async () => {
      const { slot } = await engine.enter({ lane: 'default', stream: 'news' })
      if (slot) slots.push(slot)
    })
    await Promise.race(waiting)
    expect(slots).toHaveLength(1)
    engine.setPolicy({ lanes: { '*': { ...lane, ceiling: 4, start: 4 } } })
    // The lane as such is not new any more: it is at 1, and goes up by what Apple accepts.
    expect((await engine.lanes())[0]).toMatchObject({ concurrency: 1 })
    engine.setPolicy({ lanes: { '*': { ...lane, ceiling: 4, floor: 3 } } })
    await Promise.all(waiting.slice(0, 3))
    expect(slots).toHaveLength(3)
    for (const slot of slots) slot.release()
    await Promise.all(waiting)
    await engine.close()
  })

  it('says what a running engine does not change', () => {
    const live = new LivePolicy(defaultPolicy)
    const next = { ...defaultPolicy, probeLeaseSeconds: 5, jitter: 0 }
    expect(live.change({ ...next, signals: { ...next.signals, bucketSeconds: 1 } })).toEqual([
      'probeLeaseSeconds',
      'signals.bucketSeconds',
    ])
    expect(live.now).toEqual({ ...defaultPolicy, jitter: 0 })
    expect(live.jitter).toBe(0)
  })

  it('has every part of a policy', () => {
    const live = new LivePolicy(defaultPolicy)
    for (const [key, value] of Object.entries(defaultPolicy))
      expect(live[key as keyof LivePolicy]).toBe(value)
  })
})
