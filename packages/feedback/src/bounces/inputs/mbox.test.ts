import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BounceResult } from '../bounce-result.ts'
import { bench, deliveredTo, signed } from '../bounces.test.fixture.ts'
import { bounceOf } from '../mta-bounces.test.fixture.ts'
import { messagesIn } from './mbox.ts'
import type { BounceProgress } from './walk.ts'

let directory = ''

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'icloud-mbox-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

async function all<T>(results: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const result of results) found.push(result)
  return found
}

/** As if it came over a slow line: in pieces of so many bytes. */
async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const three =
  'From a Thu Jan  1 12:00:00 2026\nSubject: one\n\nFirst\nFrom the middle of a paragraph\n\n>From here\n>>From there\n> From\n\n' +
  'From b Thu Jan  1 12:00:00 2026\r\nSubject: two\r\n\r\n\r\n' +
  'From c Thu Jan  1 12:00:00 2026\nSubject: three\n\nno line end'

describe('an mbox', () => {
  it.each([1, 2, 3, 7, 64, 1000])('is taken apart in pieces of %i bytes', async (size) => {
    const messages = await all(messagesIn(inPieces(three, size)))
    expect(messages.map(({ head }) => head.toString())).toEqual([
      'Subject: one\n\nFirst\nFrom the middle of a paragraph\n\nFrom here\n>From there\n> From\n\n',
      'Subject: two\r\n\r\n\r\n',
      'Subject: three\n\nno line end',
    ])
    expect(messages.at(-1)?.end).toBe(three.length)
  })

  it('is read from a file and from a stream, one message after the other', async () => {
    const { bounces } = bench()
    const one = (recipient: string): string =>
      `From MAILER-DAEMON Thu Jan  1 12:00:00 2026\n${bounceOf('exim', {
        recipient,
        reply: `550 5.1.1 <${recipient}>: user does not exist`,
        top: deliveredTo(signed(recipient).address),
      }).replaceAll('\r\n', '\n')}\n`
    const text = `${one('a@icloud.com')}From x\nSubject: \0\xff\n\nno bounce\n\n${one('b@icloud.com')}`
    const path = join(directory, 'box')
    writeFileSync(path, text)
    const seen: BounceProgress[] = []
    const results: BounceResult[] = await all(bounces.mbox(path, { progress: (now) => seen.push(now) }))
    expect(results.map(({ status, recipient }) => [status, recipient])).toEqual([
      ['recorded', 'a@icloud.com'],
      ['not-a-bounce', null],
      ['recorded', 'b@icloud.com'],
    ])
    const size = Buffer.byteLength(text)
    expect(seen.at(-1)).toEqual({ done: 3, total: null, bytes: size, totalBytes: size })
    const again = await all(bounces.mbox(Readable.from([text])))
    expect(again.map(({ status }) => status)).toEqual(['duplicate', 'not-a-bounce', 'duplicate'])
  })

  it('is none without a From line, and may be empty', async () => {
    const { bounces } = bench()
    const path = join(directory, 'none')
    writeFileSync(path, 'Subject: a message\n\n')
    await expect(all(bounces.mbox(path))).rejects.toMatchObject({ code: 'EINPUT' })
    await expect(all(bounces.mbox(join(directory, 'missing')))).rejects.toMatchObject({ code: 'EINPUT' })
    writeFileSync(path, '')
    expect(await all(bounces.mbox(path))).toEqual([])
  })
})
