import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { fuzz, fuzzMs } from '../fuzz/fuzz.test.fixture.ts'
import { detectLogFormat } from './detect-format.ts'
import type { LogFormat, LogReply } from './log-reply.ts'
import { readLog } from './read-log.ts'
import { samples } from './samples.test.fixture.ts'

/** The test of one format: each has a file of its own, so that `.ci/fuzz` feeds several at once. */
export function feedBrokenLogs(format: LogFormat): void {
  describe(`a broken log of ${format}`, () => {
    it(
      'costs the lines that are broken',
      async () => {
        const runs = await fuzz(Object.values(samples), async (input) => {
          detectLogFormat(input.toString('utf8'))
          for await (const reply of readLog(Readable.from([input]), { format, timeZone: 'UTC' }))
            expectSound(reply)
        })
        expect(runs).toBeGreaterThan(1)
      },
      fuzzMs,
    )
  })
}

/** What is read of whatever log is fit to be recorded. */
export function expectSound({ id, at, recipient, outcome }: LogReply): void {
  expect(Number.isFinite(at)).toBe(true)
  expect(recipient).toContain('@')
  expect(id).toMatch(/^log:[\w-]{22}:/)
  expect(['delivered', 'reply']).toContain(outcome.kind)
}
