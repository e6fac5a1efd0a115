import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { itemsOf } from '../outbox-contract.test.fixture.ts'
import { sqliteOutbox } from '../sqlite/sqlite-outbox.ts'

const filler = fileURLToPath(new URL('../../../dist/outbox/faults/filler.test.fixture.js', import.meta.url))

it('a mail that the disk has no room for is rejected with a clear error, is not called pending, and is not there', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'icloud-outbox-full-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true, maxRetries: 10 }))
  const file = join(directory, 'outbox.db')
  // No file of this process may be larger than 2 MiB; the write fails, as on a full disk.
  const limited = `trap '' XFSZ; ulimit -f 4096; exec "$@"`
  const child = spawn('sh', ['-c', limited, 'sh', process.execPath, filler, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  const pending: string[] = []
  const refused: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    const [what, messageId, code] = line.split(' ') as [string, string, string?]
    if (what === 'pending') pending.push(messageId)
    else refused.push(`${messageId} ${code}`)
  }
  expect(await exit).toEqual([0, null])
  expect(pending.length).toBeGreaterThan(5)
  expect(refused.length).toBeGreaterThan(5)
  expect(new Set(refused.map((line) => line.split(' ')[1]))).toEqual(new Set(['EOUTBOXIO']))
  const outbox = sqliteOutbox(file)
  onTestFinished(() => outbox.close())
  const kept = (await itemsOf(outbox)).map(({ entry }) => entry!.messageId)
  expect(kept.toSorted()).toEqual(pending.toSorted())
})
