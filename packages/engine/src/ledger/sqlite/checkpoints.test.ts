import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { Ledger } from '../ledger.ts'
import { sqliteLedger } from './sqlite-ledger.ts'

const writer = fileURLToPath(new URL('counting-writer.test.fixture.ts', import.meta.url))
let directory = ''
let file = ''
let children: ChildProcess[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'icloud-checkpoints-'))
  file = join(directory, 'icloud.db')
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children = []
  rmSync(directory, { recursive: true, force: true })
})

function logSize(): number {
  return statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
}

async function fill(ledger: Ledger, name: string, entries: number): Promise<void> {
  for (let n = 0; n < entries; n += 100) {
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        ledger.write([{ key: `${name}/${n + index}`, expected: 0, value: 'x'.repeat(5000) }]),
      ),
    )
  }
}

// They write a gigabyte, and each transaction waits for its turn: slow disks take their time.
describe('the write-ahead log', { timeout: 480_000 }, () => {
  it('stays under 100 MB while several processes write without a pause, and keeps none of them alive', async () => {
    const codes = Promise.all(
      Array.from({ length: 3 }, async (_, index) => {
        const child = spawn(process.execPath, [writer, file, 'load', `w${index}`], {
          stdio: ['ignore', 'ignore', 'inherit'],
        })
        children.push(child)
        const [code] = (await once(child, 'exit')) as [number | null]
        return code
      }),
    )
    let largest = 0
    const looking = setInterval(() => {
      largest = Math.max(largest, logSize())
    }, 2)
    onTestFinished(() => clearInterval(looking))
    expect(await codes).toEqual([0, 0, 0])
    expect(largest).toBeGreaterThan(10e6)
    expect(largest).toBeLessThan(100e6)
    const ledger = await sqliteLedger(file)
    let entries = 0
    for await (const { value } of ledger.list('w')) entries += (value as string).length === 10_000 ? 1 : 0
    expect(entries).toBe(3 * 6000)
    await ledger.close()
  })

  it('stays bounded if the thread dies, and nothing is lost', async () => {
    const started = once(process, 'worker') as Promise<[Worker]>
    const ledger = await sqliteLedger(file)
    await fill(ledger, 'before', 2000)
    const [thread] = await started
    await thread.terminate()
    await fill(ledger, 'after', 15_000)
    expect(logSize()).toBeLessThan(60e6)
    await ledger.close()
    const again = await sqliteLedger(file)
    const entries = await again.read(['before/0', 'before/1999', 'after/0', 'after/14999'])
    expect(entries.map((entry) => entry?.version)).toEqual([1, 1, 1, 1])
    await again.close()
  })

  it('is gone when the ledger is closed', async () => {
    const ledger = await sqliteLedger(file)
    await fill(ledger, 'k', 3000)
    expect(logSize()).toBeGreaterThan(0)
    await ledger.close()
    expect(logSize()).toBe(0)
  })
})
