import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  expectGracefulRestart,
  expectGracefulShutdown,
  expectNothingLostByKills,
  LifeCycle,
} from './life-cycle.test.fixture.ts'

let cycle: LifeCycle

describe('nodes=0', { timeout: 300_000 }, () => {
  beforeAll(async () => {
    cycle = await LifeCycle.start(0)
  })
  afterAll(() => cycle.close())

  it('kill -9 of everything loses nothing: while mail waits, and while it is sent', async () => {
    await expectNothingLostByKills(cycle, [1, 10])
  })

  it('graceful_shutdown=true: what is under way ends, what waits stays, and nothing is sent twice', async () => {
    await expectGracefulShutdown(cycle)
  })

  it('a message whose dot was not answered yet is sent again, and no other', async () => {
    const { apple } = cycle
    apple.script('dot@icloud.com', [
      { accept: true, phase: 'eod', until: new Promise(() => {}) },
      { accept: true },
    ])
    const all = ['fine@icloud.com', 'dot@icloud.com', 'too@icloud.com']
    const attempts = apple.attempts.length
    await cycle.haraka.send({ from: 'a@example.com', to: all.slice(0, 1) })
    await cycle.haraka.send({ from: 'a@example.com', to: all.slice(1) })
    // Apple has it before Haraka knows that: until its file is gone it may well arrive twice.
    await vi.waitUntil(() => cycle.arrived(all).length === 1 && !cycle.isQueued('fine@icloud.com'), {
      timeout: 60_000,
    })
    await apple.waitFor(
      (seen) =>
        seen.attempts.slice(attempts).some(({ phase, recipient }) => phase === 'data' && recipient === null),
      { timeoutMs: 60_000 },
    )
    await cycle.killAll()
    await cycle.endLeases()
    await cycle.runAgain()
    await cycle.emptyQueue()
    expect(cycle.arrived(['fine@icloud.com'])).toHaveLength(1)
    expect(cycle.arrived(all)).toContain('too@icloud.com')
  })
})

describe('nodes=1', { timeout: 300_000 }, () => {
  beforeAll(async () => {
    cycle = await LifeCycle.start(1)
  })
  afterAll(() => cycle.close())

  it('kill -9 of everything loses nothing', async () => {
    await expectNothingLostByKills(cycle, [4])
  })

  it('graceful_shutdown=true: what is under way ends, what waits stays, and nothing is sent twice', async () => {
    await expectGracefulShutdown(cycle)
  })

  it('a graceful restart loses nothing and sends nothing twice', async () => {
    await expectGracefulRestart(cycle)
  })
})
