import { createEngine, memoryLedger, type Engine } from '@icloud-delivery/engine'
import {
  appendFile,
  copyFile,
  mkdtemp,
  readFile,
  rename,
  rm,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFeedback } from '../recorder/feedback.ts'
import { ingestLog } from './ingest-log.ts'

const now = Date.UTC(2026, 10, 26, 12)
const header = 'type,timeLogged,orig,rcpt,dsnAction,dsnStatus,dsnDiag,dsnMta,envId\n'
let folder: string
let log: string
let state: string
let engine: Engine
let warnings: string[]

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'icloud-rotation-'))
  log = path.join(folder, 'acct.csv')
  // Named like a rotated log, and none.
  state = `${log}.position`
  engine = createEngine({ ledger: memoryLedger(), clock: () => now, logger: { warn() {}, error() {} } })
  warnings = []
})
afterEach(async () => {
  await engine.close()
  await rm(folder, { recursive: true })
})

/** A line of PowerMTA's, in which no time stands. */
function row(name: string): string {
  return `b,,n@example.com,${name}@icloud.com,failed,5.1.1,smtp;550 5.1.1 <${name}@icloud.com>: user does not exist,mx01.mail.icloud.com (192.0.2.25),${name}\n`
}

/** The names of those that were recorded for the first time. */
async function ingest(): Promise<string[]> {
  const names: string[] = []
  await ingestLog(log, {
    feedback: createFeedback({ engine }),
    state,
    clock: () => now,
    onWarning: (warning) => warnings.push(warning),
    onResult: ({ recipient }, { status }) => {
      if (status === 'recorded') names.push(recipient.split('@', 1)[0]!)
    },
  })
  return names.toSorted()
}

async function pack(from: string, to: string): Promise<void> {
  await writeFile(to, gzipSync(await readFile(from)))
  await rm(from)
}

describe.each([
  ['with its header alone', header],
  ['empty', ''],
  ['that began with lines without a time', header + row('zoe')],
])('a log that was read %s', (_, first) => {
  it.each([
    ['renamed', async () => rename(log, `${log}.1`)],
    ['copied and cut off', async () => copyFile(log, `${log}.1`).then(() => truncate(log))],
    ['renamed and packed', async () => pack(log, `${log}.1.gz`)],
    ['renamed with a date', async () => rename(log, `${log}-20261126`)],
  ])('and then was %s, its successor beginning alike', async (__, rotate) => {
    await writeFile(log, first)
    await ingest()
    if (first === '') await appendFile(log, header)
    await appendFile(log, row('anna') + row('berta'))
    await rotate()
    await writeFile(log, header + row('carla'))
    expect(await ingest()).toEqual(['anna', 'berta', 'carla'])
    expect(await ingest()).toEqual([])
    expect(warnings).toEqual([])
  })
})

describe('a log that was read', () => {
  it('goes on if it was only replaced by a longer copy, as rsync does', async () => {
    log = path.join(folder, 'mail.log')
    const line = (name: string): string =>
      `2026-11-26T09:12:01+00:00 mail postfix/smtp[9]: AAAAAA1: to=<${name}@icloud.com>, relay=mx01.mail.icloud.com[192.0.2.25]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)\n`
    await writeFile(log, line('anna'))
    await ingest()
    await writeFile(`${log}.tmp`, line('anna') + line('berta'))
    await rename(`${log}.tmp`, log)
    expect(await ingest()).toEqual(['berta'])
    expect(warnings).toEqual([])
  })

  it('is read anew, with a warning, if it may be another one', async () => {
    await writeFile(log, header)
    await ingest()
    // Both are there for a moment, so that the inode is not given away again.
    await rename(log, path.join(folder, 'gone'))
    await writeFile(log, header + row('carla'))
    expect(await ingest()).toEqual(['carla'])
    expect(warnings).toEqual([expect.stringContaining('may be missing')])
  })

  it('was rotated twice, and the older file was touched later', async () => {
    await writeFile(log, header + row('anna'))
    await ingest()
    await appendFile(log, row('berta'))
    await rename(log, `${log}.2`)
    await writeFile(`${log}.1`, header + row('carla'))
    await writeFile(log, header + row('dora'))
    const later = Date.now() / 1000 + 60
    await utimes(`${log}.2`, later, later)
    expect(await ingest()).toEqual(['berta', 'carla', 'dora'])
  })

  it('was rotated more than nine times, some of them packed or with a date', async () => {
    await writeFile(log, header + row('anna'))
    await ingest()
    await rename(log, `${log}.10`)
    await pack(`${log}.10`, `${log}.10.gz`)
    await writeFile(`${log}.9`, header + row('berta'))
    // Not whole yet: it is being packed.
    await writeFile(`${log}.9.gz`, gzipSync(header + row('berta')).subarray(0, 20))
    await writeFile(`${log}.8`, header + row('carla'))
    await writeFile(log, header)
    expect(await ingest()).toEqual(['berta', 'carla'])
  })
})
