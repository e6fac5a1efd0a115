import { createEngine, memoryLedger, type Engine } from '@icloud-delivery/engine'
import { appendFile, copyFile, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFeedback, type Feedback } from '../recorder/feedback.ts'
import { ingestLog, type IngestLogOptions, type LogSummary } from './ingest-log.ts'
import type { LogReply } from './log-reply.ts'
import { samples } from './samples.test.fixture.ts'

const now = Date.UTC(2026, 10, 26, 12)
let folder: string
let log: string
let state: string
let engine: Engine
let feedback: Feedback

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'icloud-log-'))
  log = path.join(folder, 'mail.log')
  state = path.join(folder, 'mail.position')
  engine = createEngine({ ledger: memoryLedger(), clock: () => now, logger: { warn() {}, error() {} } })
  feedback = createFeedback({ engine })
})
afterEach(async () => {
  await engine.close()
  await rm(folder, { recursive: true })
})

/** Lines of a Postfix for one message to one recipient. */
function line(name: string, n = 1): string {
  const second = String(n % 60).padStart(2, '0')
  return `2026-11-26T09:12:${second}+00:00 mail postfix/smtp[9]: AAAAAA${n}: to=<${name}@icloud.com>, relay=mx01.mail.icloud.com[192.0.2.25]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)\n`
}

function ingest(options: Partial<IngestLogOptions> = {}): Promise<LogSummary> {
  return ingestLog(log, { feedback, state, timeZone: 'UTC', clock: () => now, pauseMs: 20, ...options })
}

/** Follows the log, and lets a test wait for what is recorded. */
function follow(options: Partial<IngestLogOptions> = {}): {
  until: (count: number) => Promise<string[]>
  stop: () => Promise<LogSummary>
} {
  const stopping = new AbortController()
  const names: string[] = []
  let wake = (): void => {}
  const running = ingest({
    follow: true,
    signal: stopping.signal,
    onResult: ({ recipient }) => {
      names.push(recipient.split('@', 1)[0]!)
      wake()
    },
    ...options,
  })
  running.catch(() => wake())
  return {
    async until(count) {
      while (names.length < count) {
        await Promise.race([new Promise<void>((resolve) => (wake = resolve)), running])
      }
      return names
    },
    stop() {
      stopping.abort()
      return running
    },
  }
}

describe('ingestLog', () => {
  it('records what a log says, once, and tells what came of it', async () => {
    await writeFile(log, samples.postfix)
    const seen: [string, string][] = []
    const onResult = ({ recipient }: LogReply, { status }: { status: string }): void => {
      seen.push([recipient, status])
    }
    expect(await ingest({ onResult })).toEqual({
      format: 'postfix',
      counts: { recorded: 4, duplicate: 0, listed: 0, 'not-apple': 0, outdated: 0, invalid: 0 },
    })
    expect(seen.map(([recipient]) => recipient).toSorted()).toEqual([
      'anna@icloud.com',
      'berta@me.com',
      'carla@custom.example',
      'hanna@icloud.com',
    ])
    expect((await engine.address('berta@me.com')).suppressions).toMatchObject([
      { origin: 'reply', rule: 'invalid-recipient', messageId: '<news-1@example.com>' },
    ])
    expect((await engine.address('gina@icloud.com')).suppressions).toEqual([])
    expect((await engine.address('victim@icloud.com')).suppressions).toEqual([])
    await rm(state)
    expect((await ingest()).counts).toMatchObject({ recorded: 0, duplicate: 4 })
  })

  it('goes on where it stopped, behind the last whole line, and knows the lines before', async () => {
    const cut = samples.postfix.indexOf('Nov 26 09:12:02')
    const half = samples.postfix.indexOf('status=bounced')
    await writeFile(log, samples.postfix.slice(0, cut))
    expect((await ingest()).counts.recorded).toBe(0)
    await appendFile(log, samples.postfix.slice(cut, half))
    expect((await ingest()).counts.recorded).toBe(1)
    await appendFile(log, samples.postfix.slice(half))
    const replies: LogReply[] = []
    expect((await ingest({ onResult: (reply) => replies.push(reply) })).counts).toMatchObject({
      recorded: 3,
      duplicate: 0,
    })
    expect(replies[0]).toMatchObject({ sender: 'bounce@example.com', messageId: '<news-1@example.com>' })
    expect((await ingest()).counts.recorded).toBe(0)
  })

  it('goes on with a CSV file, whose header it does not see again', async () => {
    const lines = samples.powermta.split('\n')
    await writeFile(log, `${lines.slice(0, 2).join('\n')}\n`)
    expect((await ingest()).counts.recorded).toBe(1)
    await appendFile(log, lines.slice(2).join('\n'))
    expect((await ingest()).counts.recorded).toBe(2)
  })

  it.each([
    ['renamed', async () => rename(log, `${log}.1`)],
    [
      'renamed and packed',
      async () => {
        await writeFile(`${log}.1.gz`, gzipSync(await readFile(log)))
        await rm(log)
      },
    ],
    [
      'copied and cut off',
      async () => {
        await copyFile(log, `${log}-20261126`)
        await truncate(log)
      },
    ],
  ])('loses nothing if the log was %s between two runs', async (_, rotate) => {
    await writeFile(log, line('anna', 1))
    expect((await ingest()).counts.recorded).toBe(1)
    await appendFile(log, line('berta', 2))
    await rotate()
    await appendFile(log, line('carla', 3))
    const warnings: string[] = []
    expect((await ingest({ onWarning: (warning) => warnings.push(warning) })).counts).toMatchObject({
      recorded: 2,
      duplicate: 0,
    })
    expect(warnings).toEqual([])
  })

  it('says so if the file that it read is gone', async () => {
    await writeFile(log, line('anna', 1))
    await ingest()
    await writeFile(log, line('berta', 2))
    const warnings: string[] = []
    expect((await ingest({ onWarning: (warning) => warnings.push(warning) })).counts.recorded).toBe(1)
    expect(warnings).toEqual([expect.stringContaining('may be missing')])
  })

  it('follows a log as it grows, half lines included', async () => {
    await writeFile(log, line('anna', 1))
    const following = follow()
    expect(await following.until(1)).toEqual(['anna'])
    await appendFile(log, line('berta', 2).slice(0, 60))
    await appendFile(log, line('berta', 2).slice(60))
    expect(await following.until(2)).toEqual(['anna', 'berta'])
    expect((await following.stop()).counts.recorded).toBe(2)
    expect((await ingest()).counts).toMatchObject({ recorded: 0, duplicate: 0 })
  })

  it('follows it over a rename, with what is still written to the old file', async () => {
    await writeFile(log, line('anna', 1))
    const following = follow()
    await following.until(1)
    await rename(log, `${log}.1`)
    await appendFile(`${log}.1`, line('berta', 2))
    await writeFile(log, line('carla', 3))
    expect(await following.until(3)).toEqual(['anna', 'berta', 'carla'])
    await appendFile(log, line('dora', 4))
    await following.until(4)
    expect((await following.stop()).counts).toMatchObject({ recorded: 4, duplicate: 0 })
  })

  it('follows it over two renames in a row, whatever they come between', async () => {
    await writeFile(log, line('reader0', 0))
    const following = follow()
    await following.until(1)
    let count = 1
    for (let round = 0; round < 10; round++) {
      await appendFile(log, line(`reader${count}`, count++))
      await rename(log, `${log}.2`)
      await writeFile(log, line(`reader${count}`, count++))
      await rename(log, `${log}.1`)
      await writeFile(log, line(`reader${count}`, count++))
      const names = await following.until(count)
      expect(new Set(names).size).toBe(count)
    }
    expect((await following.stop()).counts.recorded).toBe(count)
  })

  it('waits for a log that is renamed before there is a new one', async () => {
    await writeFile(log, line('anna', 1))
    await ingest()
    await appendFile(log, line('berta', 2))
    await rename(log, `${log}.1`)
    const following = follow()
    expect(await following.until(1)).toEqual(['berta'])
    await writeFile(log, line('carla', 3))
    expect(await following.until(2)).toEqual(['berta', 'carla'])
    await following.stop()
  })

  it.each([
    ['and grows slowly', line('dora', 4)],
    ['and is at once as long as before', [4, 5, 6, 7].map((n) => line(`dora${n}`, n)).join('')],
  ])('follows it if it is copied and cut off %s', async (_, fresh) => {
    await writeFile(log, line('anna', 1) + line('berta', 2))
    const following = follow()
    await following.until(2)
    await copyFile(log, `${log}.1`)
    await writeFile(log, fresh)
    const names = await following.until(2 + fresh.split('\n').length - 1)
    expect(new Set(names).size).toBe(names.length)
    await following.stop()
  })

  it('loses nothing if it is copied and cut off while what was read is being recorded', async () => {
    await writeFile(log, line('anna', 1))
    let go = (): void => {}
    const isOpen = new Promise<void>((resolve) => (go = resolve))
    let begun = (): void => {}
    const hasBegun = new Promise<void>((resolve) => (begun = resolve))
    const slow: Feedback = {
      engine,
      async record(reply) {
        begun()
        await isOpen
        return await feedback.record(reply)
      },
    }
    const warnings: string[] = []
    const following = follow({ feedback: slow, onWarning: (warning) => warnings.push(warning) })
    await hasBegun
    await appendFile(log, line('berta', 2))
    await copyFile(log, `${log}.1`)
    await writeFile(log, line('carla', 3))
    go()
    expect(await following.until(3)).toEqual(['anna', 'berta', 'carla'])
    expect((await following.stop()).counts).toMatchObject({ recorded: 3, duplicate: 0 })
    expect(warnings).toEqual([])
  })

  it.each([
    ['followed', true],
    ['read once', false],
  ])(
    'loses nothing if it is %s, and copied and cut off while an older file is being recorded',
    async (_, isFollowed) => {
      const cutOff = async (): Promise<void> => {
        await rename(`${log}.1`, `${log}.2`).catch(() => {})
        await copyFile(log, `${log}.1`)
        await truncate(log)
      }
      await writeFile(log, line('anna', 1))
      await ingest()
      await appendFile(log, line('berta', 2))
      await cutOff()
      await appendFile(log, line('carla', 3))
      const rotating: Feedback = {
        engine,
        async record(reply) {
          if (reply.recipient.startsWith('berta')) {
            await appendFile(log, line('dora', 4))
            await cutOff()
            await appendFile(log, line('emil', 5))
          }
          return await feedback.record(reply)
        },
      }
      const names: string[] = []
      const warnings: string[] = []
      const options: Partial<IngestLogOptions> = {
        feedback: rotating,
        onWarning: (warning) => warnings.push(warning),
      }
      if (isFollowed) {
        const following = follow(options)
        names.push(...(await following.until(4)))
        await following.stop()
      } else {
        await ingest({ ...options, onResult: ({ recipient }) => names.push(recipient.split('@', 1)[0]!) })
      }
      expect(names).toEqual(['berta', 'carla', 'dora', 'emil'])
      expect(warnings).toEqual([])
      expect((await ingest()).counts).toMatchObject({ recorded: 0, duplicate: 0 })
    },
  )

  it('loses nothing if an older file is removed while it is being recorded', async () => {
    await writeFile(log, line('anna', 1))
    await ingest()
    await appendFile(log, line('berta', 2))
    await rename(log, `${log}-20261124`)
    await writeFile(`${log}-20261125`, line('carla', 3))
    await writeFile(log, line('dora', 4))
    const removing: Feedback = {
      engine,
      async record(reply) {
        if (reply.recipient.startsWith('berta')) await rm(`${log}-20261124`)
        return await feedback.record(reply)
      },
    }
    const warnings: string[] = []
    expect(
      (await ingest({ feedback: removing, onWarning: (warning) => warnings.push(warning) })).counts,
    ).toMatchObject({ recorded: 3, duplicate: 0 })
    expect(warnings).toEqual([])
  })

  it('keeps the position before what could not be recorded, and tries again while it follows', async () => {
    await writeFile(log, line('anna', 1))
    await ingest()
    const before = await readFile(state, 'utf8')
    await appendFile(log, line('berta', 2))
    let isDown = true
    const shaky: Feedback = {
      engine,
      record: async (reply) =>
        isDown
          ? { status: 'failed', recipient: reply.recipient, messageId: null, action: null, reason: 'down' }
          : await feedback.record(reply),
    }
    await expect(ingest({ feedback: shaky })).rejects.toThrow(
      expect.objectContaining({ code: 'ENOTRECORDED' }),
    )
    expect(await readFile(state, 'utf8')).toBe(before)
    const following = follow({ feedback: shaky })
    isDown = false
    expect(await following.until(1)).toEqual(['berta'])
    await following.stop()
  })

  it('reads gzip of several members in one go, and again for nothing', async () => {
    log = path.join(folder, 'mail.log.2.gz')
    const [one, two] = [samples.postfix.slice(0, 500), samples.postfix.slice(500)]
    await writeFile(log, Buffer.concat([gzipSync(one), gzipSync(two)]))
    expect((await ingest()).counts.recorded).toBe(4)
    expect((await ingest()).counts).toMatchObject({ recorded: 0, duplicate: 0 })
    await writeFile(log, gzipSync(samples.postfix).subarray(0, 300))
    await rm(state)
    await expect(ingest()).rejects.toThrow(expect.objectContaining({ code: 'EINPUT' }))
    await expect(ingest({ follow: true })).rejects.toThrow(/packed/)
  })

  it('does not record again what haraka-plugin-icloud recorded, unless told so', async () => {
    await writeFile(log, samples.decisions)
    await expect(ingest()).rejects.toThrow(expect.objectContaining({ code: 'ELOGFORMAT' }))
    expect((await ingest({ format: 'haraka-plugin-icloud' })).counts.recorded).toBe(3)
  })

  it('adds what the log does not say', async () => {
    await writeFile(log, line('anna', 1))
    await ingest({ annotate: () => ({ stream: 'news', lane: '192.0.2.10' }) })
    expect(await engine.ledger.events({ type: 'delivered' })).toMatchObject([
      { data: { stream: 'news', lane: '192.0.2.10' } },
    ])
  })

  it('says what is wrong with its options and with its file', async () => {
    await expect(ingestLog('', { feedback })).rejects.toThrow(expect.objectContaining({ code: 'EARGUMENT' }))
    await expect(ingestLog(log, {} as never)).rejects.toThrow(expect.objectContaining({ code: 'EARGUMENT' }))
    await expect(ingest()).rejects.toThrow(expect.objectContaining({ code: 'EINPUT' }))
    await writeFile(log, line('anna', 1))
    // As a machine may leave it that stopped.
    await writeFile(state, '')
    expect((await ingest()).counts.recorded).toBe(1)
    await writeFile(state, '{}')
    await expect(ingest()).rejects.toThrow(expect.objectContaining({ code: 'ELOGSTATE' }))
  })
})
