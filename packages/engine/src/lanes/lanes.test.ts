import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { quiet } from '../bench.test.fixture.ts'
import { Events } from '../events.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { Patience } from '../ledger/patience.ts'
import { Outage } from '../outage.ts'
import { LivePolicy } from '../policy/live-policy.ts'
import { resolvePolicy } from '../policy/policy-check.ts'
import type { Entrance } from './enter.ts'
import { Lanes } from './lanes.ts'

const open: Lanes[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((lanes) => lanes.close()))
})

const time = { now: Date.UTC(2026, 0, 1) }

function lanesOf(ledger: Ledger): Lanes {
  const policy = new LivePolicy(resolvePolicy({ lanes: { '*': { start: 10 } } }))
  const clock = (): number => time.now
  const outage = new Outage({
    clock,
    logger: quiet,
    events: new Events(quiet),
    buffer: null,
    policy,
  })
  const lanes = new Lanes({ ledger, clock, outage, patience: new Patience(15), policy })
  open.push(lanes)
  return lanes
}

/** A ledger whose writes can be stopped on their way. */
class GatedLedger {
  readonly ledger: Ledger
  open: () => void = () => {}
  private gate: Promise<void> | null = null

  constructor(inner: Ledger) {
    this.ledger = {
      ...inner,
      write: async (...args) => {
        await this.gate
        return inner.write(...args)
      },
    }
  }

  close(): void {
    this.gate = new Promise((resolve) => {
      this.open = () => {
        this.gate = null
        resolve()
      }
    })
  }
}

async function take(lanes: Lanes, count: number): Promise<Entrance[]> {
  return Promise.all(
    Array.from({ length: count }, () => lanes.enter({ stream: 'marketing', waitSeconds: 0 })),
  )
}

describe('connections that are not in use', () => {
  it('stay for a moment, then go back', async () => {
    const lanes = lanesOf(memoryLedger())
    for (const { slot } of await take(lanes, 3)) slot?.release()
    await lanes.look('default')
    expect(await lanes.statuses()).toMatchObject([{ leased: 3, inUse: 0 }])
    time.now += 1100
    await lanes.look('default')
    expect(await lanes.statuses()).toMatchObject([{ leased: 0 }])
  })

  it('go back at once if another process waits for them', async () => {
    const ledger = memoryLedger()
    const [one, other] = [lanesOf(ledger), lanesOf(ledger)]
    for (const { slot } of await take(one, 8)) slot?.release()
    const waits = other.enter({ stream: 'marketing' })
    await other.look('default')
    await one.look('default')
    await other.look('default')
    expect(await waits).toMatchObject({ decision: 'go' })
  })

  it('are not used while they are given back', async () => {
    const inner = memoryLedger()
    const gated = new GatedLedger(inner)
    const [one, other] = [lanesOf(gated.ledger), lanesOf(inner)]
    for (const { slot } of await take(one, 8)) slot?.release()
    const waits = Array.from({ length: 8 }, () => other.enter({ stream: 'marketing' }))
    await other.look('default')

    gated.close()
    const looking = one.look('default')
    await turn()
    const answers: Entrance[] = []
    const late = Array.from({ length: 4 }, async () =>
      answers.push(await one.enter({ stream: 'marketing', waitSeconds: 9 })),
    )
    await turn()
    expect(answers).toEqual([])

    gated.open()
    await looking
    await other.look('default')
    const went = await Promise.all(waits.slice(0, 4))
    expect(went.map(({ decision }) => decision)).toEqual(['go', 'go', 'go', 'go'])
    time.now += 9000
    await one.look('default')
    await Promise.all(late)
    const [status] = await one.statuses()
    expect(status?.leased).toBe(8)
  })
})

describe('a lane whose ledger comes back', () => {
  it('counts what is in use, and goes on as before', async () => {
    const inner = memoryLedger()
    let broken = false
    const ledger: Ledger = {
      ...inner,
      read: async (keys) => {
        if (broken) throw new Error('the ledger is broken')
        return inner.read(keys)
      },
    }
    const [one, other] = [lanesOf(ledger), lanesOf(inner)]
    broken = true
    const alone = await one.enter({ stream: 'transactional' })
    expect(alone).toMatchObject({ decision: 'go' })
    // Meanwhile the other one takes all there is.
    await take(other, 20)
    broken = false
    await one.look('default')
    expect((await other.statuses())[0]).toMatchObject({ leased: 9 })
    alone.slot?.release()
  })
})
