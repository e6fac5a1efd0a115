import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { readLog } from './read-log.ts'
import { samples } from './samples.test.fixture.ts'

/** How many replies there are, the log coming in pieces. */
async function count(pieces: Iterable<Buffer>): Promise<string[]> {
  const found: string[] = []
  const options = { format: 'postfix', timeZone: 'UTC', reference: Date.UTC(2026, 10, 30) } as const
  for await (const { recipient, sender } of readLog(Readable.from(pieces), options))
    found.push(`${recipient} ${sender}`)
  return found
}

const log = Buffer.from(samples.postfix)
const four = [
  'anna@icloud.com bounce@example.com',
  'berta@me.com bounce@example.com',
  'carla@custom.example bounce@example.com',
  'hanna@icloud.com bounce@example.com',
]

describe('a log', () => {
  it.each([1, 7, 100, 1000])('may come in pieces of %i bytes', async (bytes) => {
    const pieces = Array.from({ length: Math.ceil(log.length / bytes) }, (_, n) =>
      log.subarray(n * bytes, (n + 1) * bytes),
    )
    expect(await count(pieces)).toEqual(four)
  })

  it('may end without a newline, and with both kinds of them', async () => {
    expect(await count([Buffer.from(samples.postfix.trimEnd().replaceAll('\n', '\r\n'))])).toEqual(four)
    expect(await count([])).toEqual([])
    expect(await count([Buffer.from('\n\n')])).toEqual([])
  })

  it('may have a line longer than memory is wide, which is left out', async () => {
    const long = Buffer.alloc(1 << 20, 'icloud.com ')
    const endless = [log, long, long, long, Buffer.from('\n'), log]
    expect(await count(endless)).toEqual([...four, ...four])
    expect(await count([log, long])).toEqual(four)
  })

  it('may be of other mail for long between a message and its delivery', async () => {
    const lines = samples.postfix.split('\n')
    const delivery = Buffer.from(`${lines[3]}\n`)
    const other = Buffer.from(
      Array.from(
        { length: 5000 },
        (_, n) =>
          `Nov 26 09:12:01 mail postfix/qmgr[1203]: 5${String(n).padStart(9, '0')}: from=<other@example.com>, size=1, nrcpt=1 (queue active)\n`,
      ).join(''),
    )
    const before = Buffer.from(`${lines.slice(0, 3).join('\n')}\n`)
    expect(await count([before, other, delivery])).toEqual(['anna@icloud.com bounce@example.com'])
    // More than is remembered: the reply counts all the same.
    expect(await count([before, ...Array.from({ length: 9 }, () => other), delivery])).toEqual([
      'anna@icloud.com undefined',
    ])
  })
})
