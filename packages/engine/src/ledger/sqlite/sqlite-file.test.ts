import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLedger } from '../open-ledger.ts'
import { sqliteLedger } from './sqlite-ledger.ts'

let directory = ''
let file = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'icloud-file-'))
  file = join(directory, 'icloud.db')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** How opening the file was refused, and whether the file is still what it was. */
async function refusal(): Promise<{ code: unknown; untouched: boolean }> {
  const before = readFileSync(file)
  const error: unknown = await sqliteLedger(file).catch((thrown: unknown) => thrown)
  const untouched = readFileSync(file).equals(before) && !existsSync(`${file}-wal`)
  return { code: (error as { code?: unknown }).code, untouched }
}

describe('the file of an SQLite ledger', () => {
  it('is made with its directory, readable and writable for owner and group only', async () => {
    file = join(directory, 'a', 'b', 'icloud.db')
    const ledger = await openLedger(`file:${file}`)
    await ledger.write([{ key: 'k', expected: 0, value: 1 }])
    expect(statSync(file).mode & 0o777).toBe(0o660)
    expect(statSync(`${file}-wal`).mode & 0o777).toBe(0o660)
    await ledger.close()
  })

  it('keeps entries, versions and events for the next time', async () => {
    const first = await sqliteLedger(file)
    await first.write(
      [{ key: 'k', expected: 0, value: 'kept' }],
      [{ at: 1, type: 't', subject: 's', data: {} }],
    )
    const before = await first.read(['k'])
    await first.close()
    const second = await sqliteLedger(file)
    expect(await second.read(['k'])).toEqual(before)
    expect(await second.events()).toHaveLength(1)
    await second.close()
  })

  it('is refused if a newer version wrote it', async () => {
    await (await sqliteLedger(file)).close()
    const database = new DatabaseSync(file)
    database.exec('PRAGMA user_version = 3')
    database.close()
    expect(await refusal()).toEqual({ code: 'ELEDGERVERSION', untouched: true })
  })

  it('is refused if another program made it', async () => {
    const database = new DatabaseSync(file)
    database.exec('CREATE TABLE theirs (a)')
    database.close()
    expect(await refusal()).toEqual({ code: 'ELEDGERDAMAGED', untouched: true })
  })

  it('is refused if it is no SQLite file', async () => {
    writeFileSync(file, 'not a database '.repeat(1000))
    expect(await refusal()).toEqual({ code: 'ELEDGERDAMAGED', untouched: true })
  })

  it('says that it is damaged when a damaged page is met', async () => {
    const ledger = await sqliteLedger(file)
    const changes = Array.from({ length: 2000 }, (_, n) => ({
      key: `k${n}`,
      expected: 0,
      value: 'x'.repeat(100),
    }))
    await ledger.write(changes)
    await ledger.close()
    const bytes = readFileSync(file)
    bytes.fill(0xa5, 4096)
    writeFileSync(file, bytes)
    const damaged = await sqliteLedger(file)
    await expect(damaged.read(['k7'])).rejects.toMatchObject({ code: 'ELEDGERDAMAGED' })
    await expect(damaged.write([{ key: 'k7', expected: 1, value: 1 }])).rejects.toMatchObject({
      code: 'ELEDGERDAMAGED',
    })
    await damaged.close()
  })

  it('is refused if it is a symbolic link or a directory', async () => {
    symlinkSync(join(directory, 'elsewhere.db'), file)
    await expect(sqliteLedger(file)).rejects.toMatchObject({ code: 'ELEDGERFILE' })
    expect(existsSync(join(directory, 'elsewhere.db'))).toBe(false)
    await expect(sqliteLedger(directory)).rejects.toMatchObject({ code: 'ELEDGERFILE' })
  })

  it('is refused where no directory can be made', async () => {
    writeFileSync(file, '')
    await expect(sqliteLedger(join(file, 'x.db'))).rejects.toMatchObject({ code: 'ELEDGERFILE' })
  })

  it('keeps the event loop free while another process holds the lock, and writes when it is let go', async () => {
    const ledger = await sqliteLedger(file)
    const other = new DatabaseSync(file)
    other.exec('BEGIN IMMEDIATE')
    let settled = false
    const writing = ledger.write([{ key: 'k', expected: 0, value: 1 }]).finally(() => {
      settled = true
    })
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 1))
    expect(settled).toBe(false)
    expect(await ledger.read(['k'])).toEqual([null])
    other.exec('COMMIT')
    expect(await writing).toBe(true)
    other.close()
    await ledger.close()
  })
})

describe('openLedger', () => {
  it.each(['redis://127.0.0.1', 'icloud.db', 'file:', 'file://server/share.db', 'memory', ''])(
    'refuses %j and says what it takes',
    async (url) => {
      const error: Error = await openLedger(url).then(
        () => expect.fail('opened'),
        (thrown: Error) => thrown,
      )
      expect(error).toMatchObject({ code: 'ELEDGERURL' })
      expect(error.message).toMatch(/"memory:" or "file:"/)
    },
  )

  it('takes the long form of a file', async () => {
    const ledger = await openLedger(`file://${file}`)
    await ledger.close()
    expect(existsSync(file)).toBe(true)
  })
})
