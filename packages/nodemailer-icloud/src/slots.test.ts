import { expect, it } from 'vitest'
import { Slots } from './slots.ts'

it('runs so many at once, in order, and goes on after a failure', async () => {
  const slots = new Slots(2)
  const started: number[] = []
  const gates: { resolve: () => void; reject: (error: Error) => void }[] = []
  const tasks = [0, 1, 2, 3].map((index) => {
    const gate = new Promise<void>((resolve, reject) => gates.push({ resolve, reject }))
    return slots.run(async () => {
      started.push(index)
      await gate
      return index
    })
  })
  expect(started).toEqual([0, 1])
  gates[1]?.reject(new Error('Failed'))
  await expect(tasks[1]).rejects.toThrow('Failed')
  await Promise.resolve()
  expect(started).toEqual([0, 1, 2])
  for (const gate of gates) gate.resolve()
  expect(await Promise.all([tasks[0], tasks[2], tasks[3]])).toEqual([0, 2, 3])
})
