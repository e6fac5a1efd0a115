import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openDatabase } from './sqlite-open.ts'
import { prepareStatements } from './sqlite-statements.ts'

it('no statement has numbered or named parameters: Node 22.18 and 24.0 take no values for them', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'icloud-statements-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const database = await openDatabase(join(directory, 'icloud.db'))
  const texts = Object.values(prepareStatements(database)).map(({ sourceSQL }) => sourceSQL as string)
  database.close()
  expect(texts.filter((text) => text.includes('?')).length).toBeGreaterThan(5)
  expect(texts.filter((text) => /\?\d|[:@$]\w/.test(text))).toEqual([])
})
