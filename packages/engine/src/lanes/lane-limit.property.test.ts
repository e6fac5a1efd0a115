import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { quiet } from '../bench.test.fixture.ts'
import { createEngine } from '../create-engine.ts'
import type { Engine } from '../engine.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import type { Slot } from './enter.ts'

const open: Engine[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((engine) => engine.close()))
})

/** Numbers that look random and are the same each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor((state / 2 ** 31) * below)
  }
}

/** The same ledger at the end of a long wire: much can happen before and after it is asked. */
function far(ledger: Ledger, below: (most: number) => number): Ledger {
  const travel = async (): Promise<void> => {
    for (let turns = below(4); turns > 0; turns--) await turn()
  }
  return {
    read: async (keys) => {
      await travel()
      const entries = await ledger.read(keys)
      await travel()
      return entries
    },
    write: async (...args) => {
      await travel()
      const written = await ledger.write(...args)
      await travel()
      return written
    },
    counts: (groups) => ledger.counts(groups),
    list: (prefix) => ledger.list(prefix),
    events: (query) => ledger.events(query),
    close: () => ledger.close(),
  }
}

it.each([1, 2, 3, 4])(
  'four processes never use more than the lane gives, nor its reserve, and nobody is forgotten: run %i',
  async (seed) => {
    const time = { now: Date.UTC(2026, 0, 1) }
    const below = numbers(seed)
    const ledger = far(memoryLedger(), below)
    const policy = { lanes: { '*': { start: 10 } } }
    const engines = Array.from({ length: 4 }, () =>
      createEngine({ ledger, clock: () => time.now, logger: quiet, policy }),
    )
    open.push(...engines)
    const used = { marketing: new Set<Slot>(), transactional: new Set<Slot>() }
    const most = { marketing: 0, all: 0 }
    const callers = { waiting: 0 }

    const enter = async (): Promise<void> => {
      const stream = below(5) === 0 ? 'transactional' : 'marketing'
      const waits = below(5) === 0 ? { waitSeconds: below(4) } : {}
      callers.waiting++
      const { slot } = (await engines[below(4)]?.enter({ stream, ...waits })) ?? { slot: null }
      callers.waiting--
      if (slot === null) return
      used[stream].add(slot)
      most.marketing = Math.max(most.marketing, used.marketing.size)
      most.all = Math.max(most.all, used.marketing.size + used.transactional.size)
    }
    const leave = (): void => {
      const slots = [...used.marketing, ...used.transactional]
      const slot = slots[below(slots.length)]
      if (slot === undefined) return
      used.marketing.delete(slot)
      used.transactional.delete(slot)
      slot.release()
    }

    const all: Promise<void>[] = []
    for (let step = 0; step < 1500; step++) {
      const what = below(10)
      if (what < 5) all.push(enter())
      else if (what < 8) leave()
      else if (what < 9) time.now += below(100)
      await turn()
    }
    while (callers.waiting > 0) {
      leave()
      await turn()
    }
    await Promise.all(all)
    expect(most.marketing).toBeLessThanOrEqual(8)
    expect(most.all).toBeLessThanOrEqual(10)
  },
)
