import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sqliteLedger } from './sqlite-ledger.ts'

const writer = fileURLToPath(new URL('counting-writer.test.fixture.ts', import.meta.url))
let directory = ''
let file = ''
let children: ChildProcess[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'icloud-processes-'))
  file = join(directory, 'icloud.db')
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children = []
  rmSync(directory, { recursive: true, force: true })
})

function start(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [writer, file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  return child
}

describe('several processes on one SQLite ledger', () => {
  it('make it together and lose no update of an entry that all of them change', async () => {
    const each = 200
    const codes = await Promise.all(
      Array.from({ length: 4 }, async (_, index) => {
        const [code] = (await once(start(String(each), `w${index}`), 'exit')) as [number | null]
        return code
      }),
    )
    expect(codes).toEqual([0, 0, 0, 0])
    const ledger = await sqliteLedger(file)
    expect((await ledger.read(['shared']))[0]?.value).toBe(4 * each)
    await ledger.close()
  })

  it('find all that was reported written when one of them is killed', async () => {
    for (const killAt of [1, 37, 400, 5000]) {
      const name = `k${killAt}`
      const child = start('endless', name)
      const exit = once(child, 'exit')
      const reported: string[] = []
      for await (const line of createInterface({ input: child.stdout! })) {
        reported.push(`${name}/${line}`)
        if (reported.length === killAt) child.kill('SIGKILL')
      }
      await exit
      expect(reported.length).toBeGreaterThanOrEqual(killAt)
      const ledger = await sqliteLedger(file)
      const entries = await ledger.read(reported)
      expect(entries.map((entry) => `${name}/${String(entry?.value)}`)).toEqual(reported)
      await ledger.close()
    }
  })
})
