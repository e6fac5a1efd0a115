import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { retryWhileBusy } from './busy-retry.ts'
import { WriteQueue } from './write-queue.ts'

const locked = Object.assign(new Error('database is locked'), { errcode: 5 })

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a lock that stays', () => {
  it('fails writes after ten seconds, and those only that waited so long', async () => {
    let tries = 0
    const queue = new WriteQueue<string>(
      (items) => {
        tries++
        if (performance.now() < 15_000) throw locked
        return items.map(() => true)
      },
      () => null,
      'icloud.db',
    )
    const early = queue.add('early').catch((error: unknown) => error)
    await new Promise(setImmediate)
    await vi.advanceTimersByTimeAsync(8000)
    const late = queue.add('late')
    await vi.advanceTimersByTimeAsync(8000)
    expect(await early).toMatchObject({ code: 'ELEDGERBUSY' })
    expect(await late).toBe(true)
    expect(tries).toBeGreaterThan(1000)
    await queue.drain()
  })

  it('fails no write for the time that it waited for something else', async () => {
    let tries = 0
    let waits: Promise<void> | null = new Promise((resolve) => setTimeout(resolve, 12_000))
    const queue = new WriteQueue<string>(
      (items) => {
        if (++tries === 2) throw locked
        return items.map(() => true)
      },
      () => {
        const next = waits
        waits = null
        return next
      },
      'icloud.db',
    )
    expect(await queue.add('before')).toBe(true)
    const behind = queue.add('behind')
    await vi.advanceTimersByTimeAsync(12_000)
    expect(tries).toBe(2)
    await vi.advanceTimersByTimeAsync(10)
    expect(await behind).toBe(true)
  })

  it('fails no write because the process stood still while the lock was let go', async () => {
    vi.useRealTimers()
    vi.useFakeTimers({ toFake: ['performance'] })
    let isFirst = true
    const queue = new WriteQueue<string>(
      (items) => {
        if (!isFirst) return items.map(() => true)
        isFirst = false
        // After the queue has looked at the clock, and before its pause is over.
        queueMicrotask(() => vi.advanceTimersByTime(60_000))
        throw locked
      },
      () => null,
      'icloud.db',
    )
    const writing = queue.add('a')
    expect(await writing).toBe(true)
  })

  it('fails reads after ten seconds', async () => {
    const reading = retryWhileBusy(() => {
      throw locked
    }, 'icloud.db').catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(10_010)
    expect(await reading).toMatchObject({ code: 'ELEDGERBUSY' })
  })
})

it('an error that is no lock fails the batch, and the next one goes on', async () => {
  let full = true
  const queue = new WriteQueue<string>(
    (items) => {
      if (full) throw new Error('disk full')
      return items.map(() => true)
    },
    () => null,
    'icloud.db',
  )
  await expect(queue.add('a')).rejects.toThrow('disk full')
  full = false
  expect(await queue.add('b')).toBe(true)
})
