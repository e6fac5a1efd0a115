import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fuzz, fuzzMs } from '../fuzz/fuzz.test.fixture.ts'
import { detectLogFormat } from './detect-format.ts'
import { logFormats, type LogReply } from './log-reply.ts'
import { readLog } from './read-log.ts'
import { samples } from './samples.test.fixture.ts'

const examples = Object.values(samples)

describe.each(logFormats)('a broken log of %s', (format) => {
  it(
    'costs the lines that are broken',
    async () => {
      const runs = await fuzz(examples, async (input) => {
        detectLogFormat(input.toString('utf8'))
        for await (const reply of readLog(Readable.from([input]), { format, timeZone: 'UTC' }))
          expectSound(reply)
      })
      expect(runs).toBeGreaterThan(1)
    },
    fuzzMs,
  )
})

describe('a broken packed log', () => {
  let file: string
  beforeAll(async () => {
    file = path.join(await mkdtemp(path.join(tmpdir(), 'icloud-fuzz-')), 'mail.log.gz')
  })
  afterAll(() => rm(path.dirname(file), { recursive: true }))

  it(
    'is read as far as it goes, and then named in an error',
    async () => {
      const runs = await fuzz([gzipSync(samples.postfix), gzipSync(samples.exim)], async (input) => {
        await writeFile(file, input)
        try {
          for await (const reply of readLog(file, { timeZone: 'UTC' })) expectSound(reply)
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/^(?:EINPUT|ELOGFORMAT)$/)
        }
      })
      expect(runs).toBeGreaterThan(1)
    },
    fuzzMs,
  )
})

function expectSound({ id, at, recipient, outcome }: LogReply): void {
  expect(Number.isFinite(at)).toBe(true)
  expect(recipient).toContain('@')
  expect(id).toMatch(/^log:[\w-]{22}:/)
  expect(['delivered', 'reply']).toContain(outcome.kind)
}
