import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { openLedger } from '../open-ledger.ts'
import { sqliteLedger } from './sqlite-ledger.ts'

let directory = ''
let file = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'icloud-file-'))
  file = join(directory, 'icloud.db')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** What stands in the file and in its write-ahead log. */
function contents(): Buffer {
  const log = `${file}-wal`
  return Buffer.concat([readFileSync(file), existsSync(log) ? readFileSync(log) : Buffer.alloc(0)])
}

/** How opening the file was refused, and whether the file is still what it was. */
async function refusal(): Promise<{ code: unknown; untouched: boolean }> {
  const before = contents()
  const error: unknown = await sqliteLedger(file).catch((thrown: unknown) => thrown)
  const untouched = contents().equals(before)
  return { code: (error as { code?: unknown }).code, untouched }
}

describe('the file of an SQLite ledger', () => {
  it('is made with its directories, for owner and group only, whatever the umask is', async () => {
    file = join(directory, 'a', 'b', 'icloud.db')
    const umask = process.umask(0o077)
    onTestFinished(() => void process.umask(umask))
    const ledger = await openLedger(`file:${file}`)
    await ledger.write([{ key: 'k', expected: 0, value: 1 }])
    for (const made of [file, `${file}-wal`, `${file}-shm`]) expect(statSync(made).mode & 0o7777).toBe(0o660)
    for (const made of ['a', 'a/b']) expect(statSync(join(directory, made)).mode & 0o7777).toBe(0o2770)
    await ledger.close()
  })

  it('leaves the mode of a directory that was there', async () => {
    const before = statSync(directory).mode
    await (await sqliteLedger(file)).close()
    expect(statSync(directory).mode).toBe(before)
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
    database.exec('PRAGMA user_version = 99')
    database.close()
    expect(await refusal()).toEqual({ code: 'ELEDGERVERSION', untouched: true })
  })

  it('is refused if a newer version wrote it and has not yet brought its log into the file', async () => {
    const theirs = join(directory, 'theirs.db')
    await (await sqliteLedger(theirs)).close()
    const database = new DatabaseSync(theirs)
    database.exec('PRAGMA user_version = 99; CREATE TABLE newer (a)')
    copyFileSync(theirs, file)
    copyFileSync(`${theirs}-wal`, `${file}-wal`)
    database.close()
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(0)
    expect(await refusal()).toEqual({ code: 'ELEDGERVERSION', untouched: true })
  })

  it.each([
    ['the beginning of a ledger', 50],
    ['a ledger without its end', 3 * 4096 + 100],
  ])('is refused, or its use, if it is %s', async (_, size) => {
    const whole = await sqliteLedger(file)
    await whole.write(
      Array.from({ length: 500 }, (__, n) => ({ key: `k${n}`, expected: 0, value: 'x'.repeat(99) })),
    )
    await whole.close()
    truncateSync(file, size)
    const before = contents()
    const opened = await sqliteLedger(file).catch((thrown: unknown) => thrown as Error)
    const error: unknown =
      opened instanceof Error ? opened : await opened.read(['k7']).catch((thrown: unknown) => thrown)
    if (!(opened instanceof Error)) await opened.close()
    expect(error).toMatchObject({ code: 'ELEDGERDAMAGED' })
    expect(contents().equals(before)).toBe(true)
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

  it.each(['-wal', '-shm'])('is refused if a symbolic link stands in place of its %s file', async (end) => {
    symlinkSync(join(directory, 'elsewhere'), `${file}${end}`)
    await expect(sqliteLedger(file)).rejects.toMatchObject({ code: 'ELEDGERFILE' })
    expect(existsSync(join(directory, 'elsewhere'))).toBe(false)
  })

  it('reports a full disk, keeps what it had, and goes on when there is space again', async () => {
    const connections = vi.spyOn(DatabaseSync.prototype, 'exec')
    onTestFinished(() => connections.mockRestore())
    const ledger = await sqliteLedger(file)
    const connection = connections.mock.contexts.at(-1) as DatabaseSync
    const value = 'x'.repeat(500)
    expect(await ledger.write([{ key: 'before', expected: 0, value }])).toBe(true)

    const { page_count: pages } = connection.prepare('PRAGMA page_count').get() as { page_count: number }
    connection.exec(`PRAGMA max_page_count = ${pages + 20}`)
    const keys = Array.from({ length: 1000 }, (_, n) => `k${n}`)
    const results = await Promise.allSettled(
      keys.map((key) =>
        ledger.write([{ key, expected: 0, value }], [{ at: 1, type: 't', subject: key, data: {} }]),
      ),
    )
    const reported = keys.filter((_, n) => results[n]?.status === 'fulfilled')
    const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
    expect(lost.length).toBeGreaterThan(0)
    for (const error of lost) expect(error).toMatchObject({ code: 'ELEDGERIO' })
    const stored: string[] = []
    for await (const { key } of ledger.list('k')) stored.push(key)
    expect(stored).toEqual(reported.toSorted())
    expect((await ledger.read(['before']))[0]?.value).toBe(value)

    connection.exec('PRAGMA max_page_count = 1000000')
    const missing = keys.filter((key) => !reported.includes(key))
    const again = await Promise.all(missing.map((key) => ledger.write([{ key, expected: 0, value }])))
    expect(again.every(Boolean)).toBe(true)
    await ledger.close()
  })

  it('is refused where no directory can be made', async () => {
    writeFileSync(file, '')
    await expect(sqliteLedger(join(file, 'x.db'))).rejects.toMatchObject({ code: 'ELEDGERFILE' })
  })

  it.runIf(process.platform === 'linux')(
    'is refused at once where the system takes no directory',
    async () => {
      const nowhere = '/proc/nowhere/below/x.db'
      await expect(sqliteLedger(nowhere)).rejects.toMatchObject({
        code: 'ELEDGERFILE',
        message: expect.stringContaining(`${nowhere} cannot be made`) as string,
      })
    },
  )

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
  it.each(['http://127.0.0.1', 'icloud.db', 'file:', 'file://server/share.db', 'memory', ''])(
    'refuses %j and says what it takes',
    async (url) => {
      const error: Error = await openLedger(url).then(
        () => expect.fail('opened'),
        (thrown: Error) => thrown,
      )
      expect(error).toMatchObject({ code: 'ELEDGERURL' })
      expect(error.message).toMatch(/"memory:", "file:".*"redis:/)
    },
  )

  it('takes the long form of a file', async () => {
    const ledger = await openLedger(`file://${file}`)
    await ledger.close()
    expect(existsSync(file)).toBe(true)
  })
})
