import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { schemaVersion } from './migrations.ts'
import { sqliteLedger } from './sqlite-ledger.ts'

const writer = fileURLToPath(new URL('counting-writer.test.fixture.ts', import.meta.url))
const versionOne = new URL('version-1.test.fixture.sqlite', import.meta.url)
const firstAt = Date.UTC(2026, 2, 1)
let directory = ''
let file = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'icloud-migrations-'))
  file = join(directory, 'icloud.db')
  copyFileSync(versionOne, file)
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** Tables and indexes, as SQLite names and defines them. */
function schemaOf(path: string): unknown[] {
  const database = new DatabaseSync(path)
  const found = database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all()
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number }
  database.close()
  return [version, ...found.map(({ type, name, sql }) => [type, name, String(sql).replace(/\s+/g, ' ')])]
}

describe('a file that version 1 wrote', () => {
  it('keeps its entries, versions and events, and counts from then on', async () => {
    const ledger = await sqliteLedger(file)
    const keys = ['anna', 'bert', 'carl'].map((name) => `recipient/${name}@icloud.com`)
    const [anna, bert, carl] = await ledger.read(keys)
    expect(anna).toMatchObject({ version: 1, value: { suppressions: [{ rule: 'invalid-recipient' }] } })
    expect(bert).toEqual({ key: keys[1], version: 2, value: { deliveredAt: firstAt + 2 } })
    expect(carl).toBeNull()
    expect((await ledger.events({ subject: 'anna@icloud.com' })).map(({ type }) => type)).toEqual([
      'suppress',
    ])

    const count = { group: 'rate/1', field: 'attempts', by: 1, at: firstAt, keepMs: 60_000 }
    const change = { key: keys[1]!, expected: 2, value: { deliveredAt: firstAt + 3 } }
    expect(await ledger.write([change], [], [count])).toBe(true)
    expect(await ledger.counts(['rate/1'])).toEqual([{ attempts: 1 }])
    await ledger.close()
  })

  it('has the same schema afterwards as a new one', async () => {
    await (await sqliteLedger(file)).close()
    const fresh = join(directory, 'new.db')
    await (await sqliteLedger(fresh)).close()
    expect(schemaOf(file)).toEqual(schemaOf(fresh))
    expect(schemaOf(file)[0]).toBe(schemaVersion)
  })

  it('may be opened by several processes at once', async () => {
    const codes = await Promise.all(
      Array.from({ length: 4 }, async (_, index) => {
        const child = spawn(process.execPath, [writer, file, '20', `w${index}`], {
          stdio: ['ignore', 'ignore', 'inherit'],
        })
        const [code] = (await once(child, 'exit')) as [number | null]
        return code
      }),
    )
    expect(codes).toEqual([0, 0, 0, 0])
    const ledger = await sqliteLedger(file)
    const [shared, anna] = await ledger.read(['shared', 'recipient/anna@icloud.com'])
    expect([shared?.value, anna?.version]).toEqual([80, 1])
    await ledger.close()
  })

  it('is left as it was if a step fails', async () => {
    const before = schemaOf(file)
    const database = new DatabaseSync(file)
    // What the last step takes away is not there, so it fails after the others are done.
    database.exec('DROP INDEX events_by_subject')
    database.close()
    await expect(sqliteLedger(file)).rejects.toMatchObject({ code: 'ELEDGERIO' })
    expect(schemaOf(file)).toEqual(before.filter((part) => !String(part).includes('events_by_subject')))
  })
})
