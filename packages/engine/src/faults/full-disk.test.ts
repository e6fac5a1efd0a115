import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { bench } from '../bench.test.fixture.ts'
import { sqliteLedger } from '../ledger/sqlite/sqlite-ledger.ts'
import type { Alert } from '../signals/alert.ts'

let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'icloud-full-'))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(directory, { recursive: true, force: true })
})

/** No room for the buffer: half of each write gets to the disk. */
async function fillBuffer(): Promise<{ mockRestore(): void }> {
  const handle = await open(join(directory, 'any'), 'w')
  const prototype = Object.getPrototypeOf(handle) as FileHandle
  await handle.close()
  // eslint-disable-next-line typescript/unbound-method
  const write = prototype.write as (...args: unknown[]) => Promise<unknown>
  return vi.spyOn(prototype, 'write').mockImplementation(async function (
    this: FileHandle,
    ...args: unknown[]
  ) {
    const [bytes, from, length, position] = args as [Buffer, number, number, number]
    await write.call(this, bytes, from, length >> 1, position)
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  })
}

it('a disk that is full costs what could not be kept, an alert each, and nothing else', async () => {
  const file = join(directory, 'icloud.db')
  const connections = vi.spyOn(DatabaseSync.prototype, 'exec')
  const ledger = await sqliteLedger(file)
  const connection = connections.mock.contexts.at(-1) as DatabaseSync
  connections.mockRestore()
  const lines: string[] = []
  const log = (line: string): unknown => lines.push(line)
  const { engine, admit, deliver } = bench({
    ledger,
    buffer: `${file}.buffer`,
    logger: { warn: log, error: log },
  })
  const alerts: Alert[] = []
  engine.on('alert', (alert) => alerts.push(alert))

  /** Sends to so many recipients, and says who of them is remembered. */
  let next = 0
  const remembered: string[] = []
  const lost: string[] = []
  const send = async (count: number, text = ''): Promise<void> => {
    for (let n = 0; n < count; n++) {
      const recipient = `r${next++}@icloud.com`
      expect(await admit({ recipients: [recipient] })).toMatchObject([{ decision: 'send' }])
      const { durable } = await deliver({ recipient, outcome: { kind: 'delivered', text } })
      ;(durable ? remembered : lost).push(recipient)
    }
  }
  await send(3)
  const { page_count: pages } = connection.prepare('PRAGMA page_count').get() as { page_count: number }
  connection.exec(`PRAGMA max_page_count = ${pages + 2}`)
  await send(40, 'x'.repeat(900))
  expect(lost).toEqual([])
  const full = await fillBuffer()
  await send(20, 'x'.repeat(900))
  expect(lost.length).toBeGreaterThan(10)
  expect(alerts.map(({ message }) => message)).toEqual([
    expect.stringContaining('are kept in a buffer'),
    expect.stringContaining('outcomes are lost'),
  ])
  const told = lines.filter((line) => !line.includes('is back') || line.includes('until it is back'))
  expect(told.filter((line) => line.includes('out of reach'))).toHaveLength(2)

  full.mockRestore()
  connection.exec('PRAGMA max_page_count = 1000000')
  await send(3)
  await engine.close()
  expect(readdirSync(`${file}.buffer`)).toEqual([])
  const delivered = (await ledger.events({ type: 'delivered', limit: 1000 })).map(({ subject }) => subject)
  expect(delivered.toSorted()).toEqual(remembered.toSorted())
  await ledger.close()
})
