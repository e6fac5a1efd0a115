import { createEngine, memoryLedger, type Engine } from '@icloud-delivery/engine'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFeedback } from '../recorder/feedback.ts'
import { ingestLog } from './ingest-log.ts'
import type { LogReply } from './log-reply.ts'
import { samples } from './samples.test.fixture.ts'

const now = Date.UTC(2026, 10, 26, 9, 20)
let folder: string
let log: string
let engine: Engine

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'icloud-log-'))
  log = path.join(folder, 'mail.log')
  engine = createEngine({ ledger: memoryLedger(), clock: () => now, logger: { warn() {}, error() {} } })
})
afterEach(async () => {
  await engine.close()
  await rm(folder, { recursive: true })
})

interface Told {
  counts: object
  warnings: string[]
  trust: string[]
}

async function ingest(text: string, direct?: boolean): Promise<Told> {
  await writeFile(log, text)
  const warnings: string[] = []
  const trust: string[] = []
  const { counts } = await ingestLog(log, {
    feedback: createFeedback({ engine }),
    timeZone: 'UTC',
    clock: () => now,
    onWarning: (warning) => warnings.push(warning),
    onResult: (reply: LogReply) => trust.push(`${reply.recipient} ${reply.trust}`),
    ...(direct !== undefined && { direct }),
  })
  return { counts, warnings, trust }
}

async function isSuppressed(recipient: string): Promise<boolean> {
  return (await engine.address(recipient)).suppressions.length > 0
}

const blocked = `2026-11-26T09:19:01.000Z [NOTICE] [B-1.1] [core] recipient <emma@icloud.com> code=OK msg="" sender=bounce@example.com
2026-11-26T09:19:01.020Z [NOTICE] [B-1.1] [core] message mid=<news-4@example.com> size=2145 rcpts=1/0/0 delay=0.01 code=CONT msg=""
2026-11-26T09:19:02.000Z [INFO] [B-1.1.1] [outbound] bouncing mail: 550 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.10
`

function powermta(type: string, diagnostic: string, mta = ''): string {
  return `type,timeLogged,orig,rcpt,dsnDiag,dsnMta\n${type},2026-11-26 09:19:02+0000,bounce@example.com,berta@me.com,"smtp;${diagnostic}",${mta}\n`
}

describe('a log that does not name the host that answered', () => {
  it('holds what a smarthost may have said against nobody, and says so once', async () => {
    const { counts, warnings } = await ingest(samples.haraka + blocked)
    // Of one delivery it names the host.
    expect(counts).toMatchObject({ recorded: 1, listed: 4 })
    expect(await isSuppressed('berta@icloud.com')).toBe(false)
    expect(await engine.holds()).toEqual([])
    expect(warnings).toEqual([expect.stringContaining('direct')])
  })

  it('counts as Apple’s if the mail server connects to the MX itself', async () => {
    await ingest(samples.haraka)
    const { counts, warnings } = await ingest(samples.haraka + blocked, true)
    expect([counts, warnings]).toMatchObject([{ recorded: 4, duplicate: 1, listed: 0 }, []])
    expect(await isSuppressed('berta@icloud.com')).toBe(true)
    expect(await isSuppressed('emma@icloud.com')).toBe(false)
    expect(await engine.holds()).not.toEqual([])
  })

  it('takes no delivery for Apple’s either, which would outdate what Apple refused', async () => {
    const delivered = samples.haraka.replaceAll('host=mx01.mail.icloud.com', 'host=192.0.2.25')
    expect((await ingest(delivered)).counts).toMatchObject({ recorded: 0, listed: 4 })
    expect((await engine.address('anna@icloud.com')).lastDeliveredAt).toBeNull()
  })

  const gone = '550 5.1.1 <berta@me.com>: user does not exist'

  it('is the same with PowerMTA without dsnMta', async () => {
    expect((await ingest(powermta('b', gone))).counts).toMatchObject({ recorded: 0, listed: 1 })
    expect(await isSuppressed('berta@me.com')).toBe(false)
    expect((await ingest(powermta('b', gone), true)).counts).toMatchObject({ recorded: 1, listed: 0 })
    expect(await isSuppressed('berta@me.com')).toBe(true)
  })

  it('believes words that quote Apple’s host for the recipient alone', async () => {
    const quoted = powermta('b', `host mx01.mail.icloud.com[192.0.2.25] said: ${gone}`)
    const { counts, trust, warnings } = await ingest(quoted)
    expect([counts, trust, warnings]).toMatchObject([{ recorded: 1 }, ['berta@me.com recipient'], []])
    expect(await isSuppressed('berta@me.com')).toBe(true)
  })
})

it('lists a bounce message that PowerMTA was sent, which anybody may have written', async () => {
  const remote = powermta('rb', '550 5.1.1 <berta@me.com>: user does not exist', 'mx01.mail.icloud.com')
  for (const direct of [false, true]) {
    const { counts, warnings } = await ingest(remote, direct)
    expect([counts, warnings]).toMatchObject([{ recorded: 0, listed: 1 }, []])
  }
  expect(await isSuppressed('berta@me.com')).toBe(false)
})
