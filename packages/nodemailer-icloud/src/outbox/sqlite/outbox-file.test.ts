import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { claimed, entryFor, itemsOf } from '../outbox-contract.test.fixture.ts'
import type { Outbox } from '../outbox.ts'
import { sqliteOutbox } from './sqlite-outbox.ts'

const body = Buffer.from(`From: shop@example.com\r\n\r\n${'The name is Rumpelstiltskin. '.repeat(350)}\r\n`)
let directory = ''
let file = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'icloud-outbox-'))
  file = join(directory, 'outbox.db')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function open(): Outbox {
  const outbox = sqliteOutbox(file)
  onTestFinished(() => outbox.close())
  return outbox
}

/** How it was refused, and whether the file is what it was. */
async function refusal(): Promise<{ code: unknown; untouched: boolean }> {
  const before = readFileSync(file)
  const error: unknown = await open()
    .open()
    .catch((thrown: unknown) => thrown)
  return { code: (error as { code?: unknown }).code, untouched: readFileSync(file).equals(before) }
}

describe('the file of an outbox', () => {
  it('is for its owner alone, whatever the umask and an older mode say', async () => {
    file = join(directory, 'a', 'outbox.db')
    const umask = process.umask(0)
    onTestFinished(() => void process.umask(umask))
    const outbox = open()
    await outbox.put(entryFor('anna@icloud.com'), body, null)
    for (const name of readdirSync(join(directory, 'a')))
      expect(statSync(join(directory, 'a', name)).mode & 0o777, name).toBe(0o600)
    expect(statSync(join(directory, 'a')).mode & 0o777).toBe(0o700)
    await outbox.close()
    chmodSync(file, 0o666)
    await outbox.open()
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('holds nothing of a body any more when the message is done', async () => {
    const outbox = open()
    await outbox.put(entryFor('anna@icloud.com'), body, null)
    await outbox.finish((await claimed(outbox))[0]!)
    await outbox.close()
    for (const name of readdirSync(directory))
      expect(readFileSync(join(directory, name)).includes('Rumpelstiltskin'), name).toBe(false)
  })

  it('is refused if a newer version wrote it, or another program, or if it is damaged', async () => {
    const outbox = open()
    await outbox.put(entryFor('anna@icloud.com'), body, null)
    await outbox.close()
    const change = (sql: string): void => {
      const database = new DatabaseSync(file)
      database.exec(sql)
      database.close()
    }
    change('PRAGMA user_version = 99')
    expect(await refusal()).toEqual({ code: 'EOUTBOXVERSION', untouched: true })
    change('PRAGMA application_id = 7')
    expect(await refusal()).toEqual({ code: 'EOUTBOXDAMAGED', untouched: true })
    truncateSync(file, 3000)
    expect(await refusal()).toEqual({ code: 'EOUTBOXDAMAGED', untouched: true })
    writeFileSync(file, 'a letter, and no database at all'.repeat(100))
    expect(await refusal()).toEqual({ code: 'EOUTBOXDAMAGED', untouched: true })
  })

  it('is refused if it is a symbolic link, and if its directory cannot be made', async () => {
    symlinkSync(join(directory, 'elsewhere'), file)
    await expect(open().open()).rejects.toMatchObject({ code: 'EOUTBOXFILE' })
    writeFileSync(join(directory, 'taken'), '')
    file = join(directory, 'taken', 'outbox.db')
    await expect(open().open()).rejects.toMatchObject({ code: 'EOUTBOXFILE' })
    file = '/proc/none/outbox.db'
    await expect(open().open()).rejects.toMatchObject({ code: 'EOUTBOXFILE' })
  })

  it('has an entry that was damaged in the list, and gives it out as one that cannot be read', async () => {
    const outbox = open()
    await outbox.put(entryFor('anna@icloud.com'), body, null)
    await outbox.put(entryFor('bert@icloud.com'), body, null)
    await outbox.close()
    const database = new DatabaseSync(file)
    database.exec(`UPDATE waiting SET entry = '{"half' WHERE id = 1; DELETE FROM bodies WHERE id = 2`)
    database.close()
    await outbox.open()
    expect((await itemsOf(outbox)).map(({ entry }) => entry?.recipients[0]?.address)).toEqual([
      undefined,
      'bert@icloud.com',
    ])
    const claims = await claimed(outbox, 2)
    expect(claims.map(({ problem }) => problem)).toEqual(['its entry cannot be read', 'its body is missing'])
    for (const claim of claims) await outbox.bury(claim, null, claim.problem!, false)
    expect(await itemsOf(outbox)).toMatchObject([{ state: 'dead' }, { state: 'dead' }])
  })

  it('is opened again when what kept it from being opened is mended, and not once it was closed', async () => {
    writeFileSync(join(directory, 'taken'), '')
    file = join(directory, 'taken', 'outbox.db')
    const outbox = open()
    const put = (): Promise<string> => outbox.put(entryFor('anna@icloud.com'), body, null)
    await expect(put()).rejects.toMatchObject({ code: 'EOUTBOXFILE' })
    rmSync(join(directory, 'taken'))
    expect(await Promise.all([put(), put()])).toEqual(['1', '2'])
    await outbox.close()
    await expect(put()).rejects.toMatchObject({ code: 'EOUTBOXCLOSED' })
  })
})
