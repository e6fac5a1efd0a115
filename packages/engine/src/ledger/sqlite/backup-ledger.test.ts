import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { backupLedger } from './backup-ledger.ts'
import type { Ledger } from '../ledger.ts'
import { sqliteLedger } from './sqlite-ledger.ts'

let directory = ''
let file = ''
let target = ''
let ledger: Ledger

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'icloud-backup-'))
  file = join(directory, 'icloud.db')
  target = join(directory, 'copy.db')
  ledger = await sqliteLedger(file)
})
afterEach(async () => {
  await ledger.close()
  rmSync(directory, { recursive: true, force: true })
})

function fill(from: number, count: number): Promise<boolean> {
  return ledger.write(
    Array.from({ length: count }, (_, n) => ({
      key: `recipient/${from + n}`,
      expected: 0,
      value: 'x'.repeat(1000),
    })),
    [{ at: 1, type: 't', subject: 's', data: { from } }],
  )
}

describe('backupLedger', () => {
  it('copies the ledger as it was at one moment while it goes on being written, and tells how far it is', async () => {
    for (let n = 0; n < 12; n++) await fill(n * 1000, 1000)
    const steps: [number, number][] = []
    let written = 12_000
    let last = Promise.resolve(true)
    await backupLedger(file, target, {
      progress: (...step) => {
        steps.push(step)
        last = fill(written++, 1)
      },
    })
    await last
    expect(steps.length).toBeGreaterThan(3)
    expect(steps.map(([done]) => done)).toEqual(steps.map(([done]) => done).toSorted((a, b) => a - b))
    expect(steps.at(-1)).toEqual([statSync(target).size, statSync(target).size])
    expect(statSync(target).mode & 0o777).toBe(0o660)

    const copy = await sqliteLedger(target)
    const keys = ['recipient/0', 'recipient/11999', 'recipient/12000']
    expect((await copy.read(keys)).map((entry) => entry?.version)).toEqual([1, 1, undefined])
    expect(await copy.events()).toHaveLength(12)
    expect(await copy.write([{ key: 'recipient/new', expected: 0, value: 1 }])).toBe(true)
    await copy.close()
    expect((await ledger.read(['recipient/12000']))[0]?.version).toBe(1)
    expect(readdirSync(directory).filter((name) => name.includes('partial'))).toEqual([])
  })

  it.each([
    ['a file', () => writeFileSync(target, 'theirs')],
    ['a symbolic link', () => symlinkSync(join(directory, 'elsewhere'), target)],
  ])('leaves %s that is there alone', async (_, make) => {
    make()
    const before = readdirSync(directory)
    await expect(backupLedger(file, target)).rejects.toMatchObject({ code: 'ELEDGERFILE' })
    expect(readdirSync(directory)).toEqual(before)
  })

  it('leaves alone what came to be there in the meantime', async () => {
    await fill(0, 10)
    const backup = backupLedger(file, target, { progress: () => writeFileSync(target, 'theirs') })
    await expect(backup).rejects.toMatchObject({ code: 'ELEDGERFILE' })
    expect(readFileSync(target, 'utf8')).toBe('theirs')
  })

  it('leaves nothing behind if it fails', async () => {
    await fill(0, 10)
    const failing = backupLedger(file, target, {
      progress: () => {
        throw new Error('stop')
      },
    })
    await expect(failing).rejects.toMatchObject({ code: 'ELEDGERIO' })
    expect(readdirSync(directory).filter((name) => !name.startsWith('icloud.db'))).toEqual([])
  })

  it('refuses what is no ledger, and a directory that is not there', async () => {
    await expect(backupLedger(join(directory, 'none.db'), target)).rejects.toMatchObject({
      code: 'ELEDGERFILE',
    })
    const theirs = join(directory, 'theirs.db')
    const database = new DatabaseSync(theirs)
    database.exec('CREATE TABLE theirs (a)')
    database.close()
    await expect(backupLedger(theirs, target)).rejects.toMatchObject({ code: 'ELEDGERDAMAGED' })
    await expect(backupLedger(file, join(directory, 'none', 'copy.db'))).rejects.toMatchObject({
      code: 'ELEDGERFILE',
    })
    expect(readdirSync(directory)).not.toContain('copy.db')
  })
})
