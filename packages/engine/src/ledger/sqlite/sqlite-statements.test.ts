import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { EntryCache } from './entry-cache.ts'
import { openLedgerFile } from './sqlite-open.ts'
import { SqliteReader } from './sqlite-reader.ts'
import { SqliteWriter } from './sqlite-writer.ts'

it('no statement has numbered or named parameters: Node 22.18 and 24.0 take no values for them', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'icloud-statements-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const database = await openLedgerFile(join(directory, 'icloud.db'))
  const texts: string[] = []
  const prepare = database.prepare.bind(database)
  database.prepare = (text) => {
    texts.push(text)
    return prepare(text)
  }
  const cache = new EntryCache()
  const users = [
    new SqliteReader(database, cache),
    new SqliteWriter(database, { maxEvents: 100, maxEventAgeSeconds: 3600 }, cache),
  ]
  database.close()
  expect(users).toHaveLength(2)
  expect(texts.filter((text) => text.includes('?')).length).toBeGreaterThan(5)
  expect(texts.filter((text) => /\?\d|[:@$]\w/.test(text))).toEqual([])
})
