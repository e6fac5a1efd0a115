import { describe, expect, it } from 'vitest'
import { bench, deliveredTo, signed } from './bounces.test.fixture.ts'
import { bounceOf, mtas } from './mta-bounces.test.fixture.ts'

const mebibyte = 1_048_576

/** So many bytes in pieces that are made when they are asked for. */
async function* endless(start: string, piece: Buffer, bytes: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from(start)
  for (let sent = 0; sent < bytes; sent += piece.length) yield piece
}

async function peakOf(run: () => Promise<unknown>): Promise<number> {
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  let peak = before
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5)
  await run()
  clearInterval(timer)
  return (Math.max(peak, process.memoryUsage().rss) - before) / mebibyte
}

function nested(depth: number): string {
  let inner = 'Content-Type: message/delivery-status\r\n\r\nAction: failed\r\n'
  for (let level = 0; level < depth; level++)
    inner = `Content-Type: multipart/mixed; boundary=b${level}\r\n\r\n--b${level}\r\n${inner}--b${level}--\r\n`
  return inner
}

describe('hostile input', () => {
  it('of 50 MB is read to its beginning, and memory stays flat', async () => {
    const { bounces } = bench()
    const { address } = signed()
    const start = bounceOf('postfix', { top: deliveredTo(address) }).replace(/Hello[^]*/, '')
    const line = Buffer.from(`${'QUJD'.repeat(19)}\r\n`.repeat(800))
    const peak = await peakOf(async () => {
      expect(await bounces.message(endless(start, line, 49 * mebibyte))).toMatchObject([
        { status: 'recorded' },
      ])
    })
    expect(peak).toBeLessThan(60)
  })

  it('of more than 50 MB, binary or deeply nested is an error of its own, and the rest goes on', async () => {
    const { bounces } = bench()
    const binary = Buffer.from(Array.from({ length: 65_536 }, (_, n) => (n * 7919 + (n >> 3)) % 256))
    const peak = await peakOf(async () => {
      expect(await bounces.message(endless('', binary, 51 * mebibyte))).toMatchObject([
        { status: 'unreadable', reason: expect.stringContaining('50 MiB') as string },
      ])
    })
    expect(peak).toBeLessThan(60)
    for (const input of [
      binary,
      nested(1000),
      Buffer.alloc(300_000),
      '\n'.repeat(300_000),
      'a:b\n'.repeat(90_000),
    ]) {
      const [result] = await bounces.message(input)
      expect(['unreadable', 'not-a-bounce']).toContain(result?.status)
    }
    expect(await bounces.message(nested(1000))).toMatchObject([{ status: 'unreadable' }])
    expect(await bounces.message(bounceOf('exim'))).toMatchObject([{ status: 'unsigned' }])
  })

  it.each(mtas)('that ends anywhere is no reason to throw, nor to act on anybody else (%s)', async (mta) => {
    const { address } = signed()
    const bounce = bounceOf(mta, { top: deliveredTo(address) })
    const { bounces } = bench()
    for (let end = 0; end < bounce.length; end += 97) {
      const results = await bounces.message(bounce.slice(0, end))
      const actedOn = results.flatMap(({ action, recipient }) => (action === null ? [] : [recipient]))
      expect(actedOn.filter((recipient) => recipient !== 'anna@icloud.com')).toEqual([])
    }
  })

  it('costs little time, whatever is repeated', async () => {
    const { bounces } = bench()
    const many = (piece: string): string => piece.repeat(Math.ceil(250_000 / piece.length))
    const inputs = [
      many('Received: from x by y [192.0.2.1] '),
      `${many('Received: from a by b; c\r\n').slice(0, 120_000)}\r\n\r\n`,
      bounceOf('postfix').replace('Diagnostic-Code: smtp;', `Diagnostic-Code: ${many('smtp; ')}`),
      bounceOf('postfix').replace(
        'Final-Recipient',
        `${many('Final-Recipient: rfc822;a@icloud.com\r\n\r\n')}Final-Recipient`,
      ),
      bounceOf('exim').replace('  anna@icloud.com', many('  a@icloud.com\r\n    host a [')),
      bounceOf('qmail').replace('<anna@icloud.com>:', many('<a@icloud.com>:\r\n\r\n')),
      bounceOf('an old exchange').replace('    <mx', `${many('#5.1.1 ')}<mx`),
      bounceOf('an older google mail').replace('The error that', `${many('by ')}The error that`),
      bounceOf('microsoft 365').replace('<p>', many('<')),
    ]
    for (const input of inputs) {
      const begun = process.cpuUsage()
      await bounces.message(input)
      const { user } = process.cpuUsage(begun)
      expect(user).toBeLessThan(1_500_000)
    }
  })
})
