import { expect, it } from 'vitest'
import { sleep, systemTimers, type Timers } from './timers.ts'

function recordingTimers() {
  const asked: number[] = []
  const cleared: unknown[] = []
  const timers: Timers = {
    setTimeout: (callback, ms) => {
      asked.push(ms)
      setImmediate(callback)
      return asked.length
    },
    clearTimeout: (handle) => void cleared.push(handle),
  }
  return { timers, asked, cleared }
}

it.each([
  [5, 5],
  [-3, 0],
  [1e12, 2 ** 31 - 1],
])('waits %d ms as %d', async (ms, waited) => {
  const { timers, asked } = recordingTimers()
  await sleep(ms, timers, null)
  expect(asked).toEqual([waited])
})

it('does not begin once the signal is aborted', async () => {
  const { timers, asked } = recordingTimers()
  await sleep(5, timers, AbortSignal.abort())
  expect(asked).toEqual([])
})

it('ends with the signal, on real timers too', async () => {
  const controller = new AbortController()
  const asleep = sleep(86_400_000, systemTimers, controller.signal)
  controller.abort()
  await expect(asleep).resolves.toBeUndefined()
})
