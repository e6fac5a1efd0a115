import { setImmediate as turn } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'
import { expect, it, onTestFinished } from 'vitest'
import { afterTime } from './after-time.ts'

/** A message comes, and then the process stands still until the time is over, too. */
async function standStill(heard: () => void, act: () => void): Promise<() => void> {
  const { port1, port2 } = new MessageChannel()
  onTestFinished(() => port1.close())
  port1.on('message', heard)
  // Behind the turn of the timers, so that theirs is the next one.
  await turn()
  const cancel = afterTime(5, act)
  port2.postMessage('')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
  return cancel
}

it('what came while the process stood still goes first', async () => {
  const order: string[] = []
  await standStill(
    () => order.push('message'),
    () => order.push('time'),
  )
  while (order.length < 2) await turn()
  expect(order).toEqual(['message', 'time'])
})

it('is not called if what came was what it was for', async () => {
  const order: string[] = []
  let cancel = (): void => {}
  cancel = await standStill(
    () => {
      order.push('message')
      cancel()
    },
    () => order.push('time'),
  )
  while (order.length === 0) await turn()
  for (let turns = 0; turns < 10; turns++) await turn()
  expect(order).toEqual(['message'])
})
