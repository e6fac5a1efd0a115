import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fuzz, fuzzMs } from '../fuzz/fuzz.test.fixture.ts'
import { expectSound } from './broken-logs.test.fixture.ts'
import { readLog } from './read-log.ts'
import { samples } from './samples.test.fixture.ts'

let file: string
beforeAll(async () => {
  file = path.join(await mkdtemp(path.join(tmpdir(), 'icloud-fuzz-')), 'mail.log.gz')
})
afterAll(() => rm(path.dirname(file), { recursive: true }))

it(
  'a broken packed log is read as far as it goes, and then named in an error',
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
