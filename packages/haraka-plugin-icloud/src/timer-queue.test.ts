import { setImmediate as turn } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { createRequire } from 'node:module'
import path from 'node:path'
import { realpathSync } from 'node:fs'
import type { TimerQueue } from './haraka.ts'
import { quicken } from './timer-queue.ts'

const require = createRequire(realpathSync(createRequire(import.meta.url).resolve('Haraka/package.json')))
const { TimerQueue: HarakasQueue } = require('haraka-utils') as {
  TimerQueue: new (intervalMs: number) => TimerQueue & { shutdown(): void }
}

let queue: TimerQueue
let fired: string[]

function add(id: string, ms: number): void {
  queue.add(id, ms, () => fired.push(id))
}

beforeEach(() => {
  fired = []
  const real = new HarakasQueue(1000)
  real.shutdown()
  queue = real
})

describe('the queue of deferred messages', () => {
  it('is the one that Haraka has', () => {
    expect(path.basename(require.resolve('haraka-utils'))).toBe('index.js')
    expect(quicken(queue)).toBe(true)
    expect(quicken({ add() {} } as unknown as TimerQueue)).toBe(false)
  })

  it('starts what is due, in order, and what was there before', async () => {
    add('before', -5)
    quicken(queue)
    add('second', -1)
    add('first', -2)
    add('later', 60_000)
    queue.fire()
    await turn()
    expect(fired).toEqual(['before', 'first', 'second'])
    expect([queue.length(), queue.queue.map(({ id }) => id)]).toEqual([1, ['later']])
  })

  it('discards by name, once, also what is about to start', async () => {
    quicken(queue)
    for (let count = 0; count < 250; count++) add(`m${count}`, -1)
    queue.fire()
    queue.discard('m249')
    expect(() => queue.discard('m249')).toThrow('m249 not found')
    expect(() => queue.discard('m0')).toThrow('m0 not found')
    while (queue.length() > 0) await turn()
    expect(fired).toHaveLength(249)
  })

  it('starts everything when it is drained, a part at a time, but not what comes meanwhile', async () => {
    quicken(queue)
    for (let count = 0; count < 1000; count++) add(`m${count}`, 60_000)
    queue.drain()
    expect(fired.length).toBeLessThanOrEqual(100)
    add('new', 60_000)
    while (queue.length() > 1) await turn()
    expect(fired).toHaveLength(1000)
    expect(fired).not.toContain('new')
  })

  it('forgets what was discarded', () => {
    quicken(queue)
    for (let count = 0; count < 5000; count++) {
      add(`m${count}`, 60_000)
      queue.discard(`m${count}`)
    }
    expect(queue.length()).toBe(0)
    queue.fire()
    expect(fired).toEqual([])
  })

  it('takes 50,000 in any order, and gives them up again, without standing still', async () => {
    quicken(queue)
    let longest = 0
    for (let from = 0; from < 50_000; from += 1000) {
      const began = performance.now()
      for (let count = from; count < from + 1000; count++) add(`m${count}`, ((count * 7919) % 50_000) + 60_000)
      longest = Math.max(longest, performance.now() - began)
    }
    let began = performance.now()
    queue.drain()
    while (queue.length() > 0) {
      longest = Math.max(longest, performance.now() - began)
      began = performance.now()
      await turn()
    }
    expect(fired).toHaveLength(50_000)
    // Haraka's own takes seconds; the bound leaves room for a busy machine.
    expect(longest).toBeLessThan(200)
  })
})
