import { createEngine, memoryLedger, type Engine, type Ledger } from '@icloud-delivery/engine'
import { afterEach, expect, it } from 'vitest'
import { mx, quiet, replies } from '../world.test.fixture.ts'
import { ReplyBook } from './reply-book.ts'
import { SuppressionBook } from './suppression-book.ts'

let engine: Engine
afterEach(() => engine.close())

it('a reply that was read at first is counted once, also if the log tells of it afterwards', async () => {
  const ledger = memoryLedger()
  engine = createEngine({ ledger, logger: quiet })
  const book = new ReplyBook(ledger)
  const refuse = async (recipient: string): Promise<Parameters<ReplyBook['take']>[0]> => {
    const outcome = { kind: 'reply', input: replies.unknown, mx } as const
    await engine.record({ recipient, sender: 'shop@example.com', messageId: recipient, outcome })
    const events = await ledger.events({ limit: 1 })
    return { events, gap: false, last: events[0]!.id }
  }
  const first = await refuse('anna@icloud.com')
  book.take(first)
  const second = await refuse('bert@icloud.com')
  await book.load()
  expect(book.unknown()).toMatchObject([{ count: 2 }])
  book.take(second)
  expect(book.unknown()).toMatchObject([{ count: 2 }])
  book.take(await refuse('carl@icloud.com'))
  expect(book.unknown()).toMatchObject([{ count: 3 }])
})

it('how many are suppressed is not known while they are read, and is then, whoever asked for it', async () => {
  let go = (): void => {}
  let gate = Promise.resolve()
  const ledger = memoryLedger()
  const slow: Ledger = {
    ...ledger,
    async *list(prefix) {
      await gate
      yield* ledger.list(prefix)
    },
  }
  engine = createEngine({ ledger: slow, logger: quiet })
  await engine.suppress({ recipient: 'anna@icloud.com', origin: 'import' })
  gate = new Promise((resolve) => (go = resolve))
  const book = new SuppressionBook(engine)
  const sizes = [book.load(), book.load()].map((load) => load.then(() => book.size))
  expect(book.size).toBeNull()
  go()
  expect(await Promise.all(sizes)).toEqual([1, 1])
})
