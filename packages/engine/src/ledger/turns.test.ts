import { expect, it } from 'vitest'
import { Turns } from './turns.ts'

it('runs what has the same key in order, other keys at once, and goes on after an error', async () => {
  const turns = new Turns()
  const log: string[] = []
  let open = (): void => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const first = turns.run('a', async () => {
    log.push('a1 begins')
    await gate
    log.push('a1 ends')
    throw new Error('a1')
  })
  const second = turns.run('a', async () => log.push('a2'))
  await turns.run('b', async () => log.push('b'))
  expect(log).toEqual(['a1 begins', 'b'])
  open()
  await expect(first).rejects.toThrow('a1')
  await second
  expect(log).toEqual(['a1 begins', 'b', 'a1 ends', 'a2'])
})
