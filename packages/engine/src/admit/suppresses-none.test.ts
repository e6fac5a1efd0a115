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

it('reads nothing but the recipients for mail to a relay', async () => {
  const { ledger, reads } = counted(true)
  const engine = engineOn(ledger, { clock: () => 1_700_000_000_000 })
  await engine.suppress({ recipient: 'gone@example.com', origin: 'unsubscribe' })
  await engine.suppress({ recipient: 'paid@example.com', origin: 'unsubscribe', streams: ['news'] })
  reads.length = 0
  const admissions = await engine.admit({
    ...over,
    recipients: [...recipients, 'gone@example.com', 'paid@example.com'],
  })
  expect(admissions.map(({ decision }) => decision)).toEqual(['send', 'send', 'send', 'suppressed', 'send'])
  expect(reads).toHaveLength(1)
  expect(reads.flat().every((key) => key.startsWith('recipient/'))).toBe(true)
  await expect(engine.admit({ ...over, recipients: [5] } as never)).rejects.toThrow(/strings/)
})

it('says without a promise that nobody is suppressed, if it has all that says so at hand', async () => {
  const engine = engineOn(memoryLedger())
  // Whether the ledger has plain addresses is to be read first.
  expect(engine.suppressesNone(recipients)).toBe(false)
  await engine.admit({ ...over, recipients })
  expect(engine.suppressesNone(recipients)).toBe(true)
  expect(engine.suppressesNone([])).toBe(true)
  expect(engine.suppressesNone(Array.from({ length: 100 }, (_, index) => `anna${index}@icloud.com`))).toBe(
    false,
  )
  await engine.suppress({ recipient: 'bert@example.com', origin: 'unsubscribe', streams: ['news'] })
  expect(engine.suppressesNone(recipients)).toBe(false)
  expect(engine.suppressesNone(['Bert@EXAMPLE.com'])).toBe(false)
  expect(engine.suppressesNone(['anna@icloud.com'])).toBe(true)
  await engine.release({ address: 'bert@example.com', origin: 'unsubscribe' })
  expect(engine.suppressesNone(recipients)).toBe(true)
  expect(() => engine.suppressesNone([5] as never)).toThrow(/suppressesNone.*strings/)
  expect(() => engine.suppressesNone('anna@icloud.com' as never)).toThrow(/an array of strings/)

  const far = engineOn(counted(false).ledger)
  await far.admit({ ...over, recipients })
  expect(far.suppressesNone(recipients)).toBe(false)
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
