import { afterEach, expect, it } from 'vitest'
import { createEngine } from '../create-engine.ts'
import type { Engine } from '../engine.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import type { Ledger } from '../ledger/ledger.ts'

const engines: Engine[] = []
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()))
})

function engineOn(ledger: Ledger, more: object = {}): Engine {
  const engine = createEngine({ ledger, ...more })
  engines.push(engine)
  return engine
}

/** A ledger in memory that counts its look-ups, and what is read over there only. */
function counted(peeks: boolean): { ledger: Ledger; reads: string[][] } {
  const inner = memoryLedger()
  const reads: string[][] = []
  const { peek, ...rest } = inner
  const ledger: Ledger = {
    ...rest,
    ...(peeks && peek && { peek }),
    read: (keys) => {
      reads.push([...keys])
      return inner.read(keys)
    },
  }
  return { ledger, reads }
}

const over = { sender: 'shop@example.com', stream: 'marketing', hop: 'relay' } as const
const recipients = ['anna@icloud.com', 'bert@example.com', 'odd']

it('answers for a relay as it does when it has to wait for the ledger', async () => {
  const answers = []
  for (const peeks of [true, false]) {
    const { ledger, reads } = counted(peeks)
    const engine = engineOn(ledger, { clock: () => 1_700_000_000_000 })
    await engine.suppress({ recipient: 'gone@example.com', origin: 'unsubscribe' })
    await engine.suppress({ recipient: 'paid@example.com', origin: 'unsubscribe', streams: ['news'] })
    reads.length = 0
    answers.push([
      await engine.admit({ ...over, recipients }),
      await engine.admit({ ...over, recipients: ['bert@example.com', 'gone@example.com'] }),
      await engine.admit({ ...over, recipients: ['paid@example.com'] }),
      await engine.admit({ ...over, recipients: [] }),
    ])
    // If somebody is suppressed it reads; and never anything but the recipients.
    expect(reads.length).toBe(peeks ? 2 : 3)
    expect(reads.flat().every((key) => key.startsWith('recipient/'))).toBe(true)
  }
  expect(answers[0]).toEqual(answers[1])
  expect(answers[0]?.[1]?.map(({ decision }) => decision)).toEqual(['send', 'suppressed'])
  await expect(engines[0]?.admit({ ...over, recipients: [5] } as never)).rejects.toThrow(/strings/)
})

it('answers without a promise only what it has at hand and nobody is suppressed for', async () => {
  const engine = engineOn(memoryLedger())
  const request = { ...over, recipients: ['anna@icloud.com', 'bert@example.com'] }
  // Whether the ledger has plain addresses is to be read first.
  expect(engine.admitAtOnce(request)).toBeNull()
  const answers = await engine.admit(request)
  expect(engine.admitAtOnce(request)).toEqual(answers)
  expect(engine.admitAtOnce({ ...request, hop: 'direct' })).toBeNull()
  const many = Array.from({ length: 100 }, (_, index) => `anna${index}@icloud.com`)
  expect(engine.admitAtOnce({ ...request, recipients: many })).toBeNull()
  expect(await engine.admit({ ...request, recipients: many })).toHaveLength(100)
  await engine.suppress({ recipient: 'bert@example.com', origin: 'operator' })
  expect(engine.admitAtOnce(request)).toBeNull()
  expect(() => engine.admitAtOnce({ ...over, recipients: [5] } as never)).toThrow(/strings/)

  const far = engineOn(counted(false).ledger)
  await far.admit(request)
  expect(far.admitAtOnce(request)).toBeNull()
})

it('sees what was suppressed a moment ago', async () => {
  const engine = engineOn(memoryLedger())
  const request = { ...over, recipients: ['anna@icloud.com'] }
  await engine.admit(request)
  await engine.suppress({ recipient: 'anna@icloud.com', origin: 'operator' })
  expect(await engine.admit(request)).toMatchObject([{ decision: 'suppressed' }])
  await engine.release({ address: 'anna@icloud.com', origin: 'operator' })
  expect(await engine.admit(request)).toMatchObject([{ decision: 'send' }])
})

it('looks for hashed names too', async () => {
  const addressKeys = [{ id: 'k1', secret: 'at least 32 bytes that nobody can guess' }]
  const engine = engineOn(memoryLedger(), { addressKeys })
  await engine.suppress({ recipient: 'anna@icloud.com', origin: 'complaint' })
  const answers = await engine.admit({ ...over, recipients: ['anna@icloud.com', 'bert@icloud.com'] })
  expect(answers.map(({ decision }) => decision)).toEqual(['suppressed', 'send'])
})

it('answers as without a ledger once it is closed', async () => {
  const engine = createEngine({ ledger: 'memory:', logger: { warn() {}, error() {} } })
  await engine.close()
  const [answer] = await engine.admit({ ...over, recipients: ['anna@icloud.com'] })
  expect(answer).toMatchObject({ decision: 'held' })
})
