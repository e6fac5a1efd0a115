import { expect, it } from 'vitest'
import { Journal } from './journal.ts'

const bounce = { kind: 'bounce', at: 0, recipient: 'anna@icloud.com', to: 'shop@example.com' } as const
const { signal } = new AbortController()

it('waits until nothing is missing any more', async () => {
  const journal = new Journal()
  const missing = (): string[] => (journal.all.length < 2 ? ['a bounce'] : [])
  const waiting = journal.until(missing, { limitMs: 10_000, signal, log: [] })
  journal.add(bounce)
  journal.add(bounce)
  await expect(waiting).resolves.toBeUndefined()
})

it('names at the deadline what has not happened, and brings the log along', async () => {
  const waiting = new Journal().until(() => ['anna@icloud.com: not tried'], {
    limitMs: 1,
    signal,
    log: ['a line'],
  })
  await expect(waiting).rejects.toMatchObject({
    code: 'EDEMODEADLINE',
    message: expect.stringContaining('anna@icloud.com: not tried') as string,
    log: ['a line'],
  })
})

it('ends the waiting when nothing more will come', async () => {
  const journal = new Journal()
  const waiting = journal.until(() => ['a bounce'], { limitMs: 10_000, signal, log: [] })
  journal.fail(new Error('Haraka ended'))
  await expect(waiting).rejects.toThrow('Haraka ended')
  await expect(journal.failed).rejects.toThrow('Haraka ended')
})

it('ends the waiting when it is interrupted', async () => {
  const interrupt = new AbortController()
  const waiting = new Journal().until(() => ['a bounce'], {
    limitMs: 10_000,
    signal: interrupt.signal,
    log: [],
  })
  interrupt.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'EDEMOINTERRUPTED' })
})
