import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openStore } from './open-store.ts'
import type { StoreRequest } from './request.ts'
import { Store } from './store.ts'

const caps = { maxMessages: 1000, maxBytes: 2 ** 30 }

it('a disk that is full fails what does not fit, with a clear error, and nothing else; what is done is deleted', () => {
  const directory = mkdtempSync(join(tmpdir(), 'icloud-outbox-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const file = join(directory, 'outbox.db')
  const database = openStore(file)
  onTestFinished(() => database.close())
  const store = new Store(database, file)
  const put = (bytes: number): StoreRequest => {
    return { op: 'put', dueAt: 1, lease: null, entry: '{}', body: new Uint8Array(bytes), key: null, ...caps }
  }
  expect(store.run([put(1000), put(1000)])).toEqual([
    { ok: { id: 1, isNew: true } },
    { ok: { id: 2, isNew: true } },
  ])
  const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number }
  database.exec(`PRAGMA max_page_count = ${pages + 3}`)
  const [large, small] = store.run([put(100_000), put(1000)])
  expect(large).toMatchObject({
    code: 'EOUTBOXIO',
    message: expect.stringContaining('the disk is full') as string,
  })
  expect(small).toEqual({ ok: { id: 3, isNew: true } })
  expect(store.run([{ op: 'size' }])).toEqual([{ ok: { waiting: 3, dead: 0, bytes: 3000 } }])
  store.run([{ op: 'claim', now: 2, until: 9, limit: 9, lease: 'a' }])
  expect(store.run([{ op: 'finish', held: { id: 1, lease: 'a' } }])).toEqual([{ ok: true }])
  expect(store.run([put(1000)])).toEqual([{ ok: { id: 4, isNew: true } }])
})
