import { setImmediate as turn } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { createRequire } from 'node:module'
import path from 'node:path'
import { realpathSync } from 'node:fs'
import type { TimerQueue } from './haraka.ts'
import { quicken } from './timer-queue.ts'

/** What Haraka itself gets. */
const harakas = createRequire(realpathSync(createRequire(import.meta.url).resolve('Haraka/package.json')))
const { TimerQueue: HarakasQueue } = harakas('haraka-utils') as {
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
    expect(path.basename(harakas.resolve('haraka-utils'))).toBe('index.js')
    expect(quicken(queue)).toBe(true)
    expect(quicken({ add() {} } as unknown as TimerQueue)).toBe(false)
  })

  it('starts what is due, in order, and what was there before', async () => {
    add('before', -50_000)
    quicken(queue)
    add('second', -10_000)
    add('first', -20_000)
    add('later', 60_000)
    queue.fire()
    await turn()
    expect(fired).toEqual(['before', 'first', 'second'])
    expect([queue.length(), queue.queue.map(({ id }) => id)]).toEqual([1, ['later']])
  })

  it('is not held up by a message of which nobody said when it is due, and starts that one too', async () => {
    quicken(queue)
    add('some time', NaN)
    add('due', -1)
    queue.fire()
    await turn()
    expect([fired, queue.queue.map(({ id }) => id)]).toEqual([['due'], ['some time']])
    expect(queue.queue[0]?.fire_time).toBeGreaterThan(Date.now())
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

  it('starts what the status plugin of Haraka takes out of the list, and not again when it is due', async () => {
    quicken(queue)
    add('pushed', -1)
    add('other', 60_000)
    const [entry] = queue.queue.splice(0, 1)
    entry?.cb?.()
    queue.fire()
    await turn()
    expect([fired, queue.length()]).toEqual([['pushed'], 1])
    expect(() => queue.discard('pushed')).toThrow('pushed not found')
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

  it('starts a part at a time of what is due', async () => {
    quicken(queue)
    for (let count = 0; count < 1000; count++) add(`m${count}`, -((count * 7) % 1000) * 60_000 - 1)
    queue.fire()
    expect(fired).toHaveLength(100)
    while (queue.length() > 0) await turn()
    expect([fired.length, fired[0], fired[999]]).toEqual([1000, 'm857', 'm0'])
  })
})
