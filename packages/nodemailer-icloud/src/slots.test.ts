import { expect, it } from 'vitest'
import { Slots } from './slots.ts'

/** Enters so many times, and notes who got in, in that order. */
function queue(slots: Slots, length: number, signals: Record<number, AbortSignal> = {}) {
  const inside: number[] = []
  const entering = Array.from({ length }, async (_, index) => {
    const entered = await slots.enter(signals[index])
    if (entered) inside.push(index)
    return entered
  })
  return { inside, entering }
}

const settled = () => new Promise(setImmediate)

it('lets so many in at once, and the rest in order', async () => {
  const slots = new Slots(2)
  const { inside } = queue(slots, 5)
  await settled()
  expect(inside).toEqual([0, 1])
  slots.leave()
  await settled()
  expect(inside).toEqual([0, 1, 2])
  slots.leave()
  slots.leave()
  await settled()
  expect(inside).toEqual([0, 1, 2, 3, 4])
})

it('has as many places after everybody has left', async () => {
  const slots = new Slots(2)
  queue(slots, 3)
  await settled()
  for (let i = 0; i < 3; i++) slots.leave()
  const { inside } = queue(slots, 3)
  await settled()
  expect(inside).toEqual([0, 1])
})

it('turns away whose signal is aborted, while they wait or before, and keeps the others in order', async () => {
  const slots = new Slots(1)
  const waiting = new AbortController()
  const { inside, entering } = queue(slots, 4, { 1: waiting.signal, 2: AbortSignal.abort() })
  await settled()
  waiting.abort()
  expect(await entering[1]).toBe(false)
  expect(await entering[2]).toBe(false)
  slots.leave()
  await settled()
  expect(inside).toEqual([0, 3])
})

it('forgets the signal of who is inside', async () => {
  const slots = new Slots(1)
  const controller = new AbortController()
  const { inside } = queue(slots, 3, { 1: controller.signal })
  await settled()
  slots.leave()
  await settled()
  controller.abort()
  expect(inside).toEqual([0, 1])
  slots.leave()
  await settled()
  expect(inside).toEqual([0, 1, 2])
})

it('lets what is urgent in before what waits longer', async () => {
  const slots = new Slots(1)
  await slots.enter()
  const inside: string[] = []
  const enter = (name: string, isUrgent: boolean) => slots.enter(null, isUrgent).then(() => inside.push(name))
  const all = [enter('letter', false), enter('code 1', true), enter('code 2', true)]
  for (let i = 0; i < 3; i++) slots.leave()
  await Promise.all(all)
  expect(inside).toEqual(['code 1', 'code 2', 'letter'])
})

it('gives each 20th turn to what is not urgent, however much is', async () => {
  const slots = new Slots(1)
  await slots.enter()
  const inside: string[] = []
  const enter = (name: string, isUrgent: boolean) => slots.enter(null, isUrgent).then(() => inside.push(name))
  const all = [enter('letter', false), ...Array.from({ length: 30 }, () => enter('code', true))]
  for (let i = 0; i < 31; i++) slots.leave()
  await Promise.all(all)
  expect(inside.indexOf('letter')).toBe(19)
})
