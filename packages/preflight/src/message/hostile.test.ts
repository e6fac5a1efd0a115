import { describe, expect, it } from 'vitest'
import { cpuSeconds } from '../cpu-seconds.test.fixture.ts'
import { checkMessage } from './check-message.ts'
import { mail, sentAt } from './mail.test.fixture.ts'

const megabyte = 1_000_000
const size = 400_000
const repeat = (piece: string, bytes = size): string => piece.repeat(Math.ceil(bytes / piece.length))
const html = (inner: string): Buffer =>
  mail({ html: inner, headers: { 'List-Id': 'News <news.example.com>' } })
const text = (words: string): Buffer =>
  mail({ text: words, headers: { 'List-Id': 'News <news.example.com>' } })
/** 50 MB of one thing. */
const body = (type: string, piece: string, encoding = '8bit'): Buffer =>
  Buffer.concat([
    Buffer.from(
      `From: a@example.com\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`,
    ),
    Buffer.alloc(50 * megabyte, piece),
  ])
const headers = (lines: string): Buffer => Buffer.concat([Buffer.from(lines), mail()])

/** Texts on which a careless pattern or parser takes hours, or all memory. */
const hostile: readonly [name: string, make: () => Buffer][] = [
  ['letters without a space', () => text(repeat('a'))],
  ['capitals and spaces', () => text(repeat('1 A B C D '))],
  ['at signs', () => text(repeat('a@'))],
  ['dots', () => text(repeat('a.'))],
  ['addresses without end', () => text(repeat('https://'))],
  ['words that ask', () => text(repeat('confirm confirm enter '))],
  ['spaces', () => text(repeat(' '))],
  ['line ends', () => text(repeat('\r\n'))],
  ['digits', () => text(repeat('12345 '))],
  ['elements without end', () => html(repeat('<div>'))],
  ['links within links', () => html(repeat('<a href="https://a.example/">'))],
  [
    'different links',
    () => html(Array.from({ length: 15_000 }, (_, n) => `<a href="https://h${n}.example/">x</a>`).join('')),
  ],
  ['hidden elements', () => html(repeat('<p style="display:none" hidden>x'))],
  ['a style without end', () => html(`<p style="${repeat('font-size:')}">x</p>`)],
  ['brackets', () => html(repeat('<'))],
  ['entities', () => html(repeat('&amp;'))],
  ['comments', () => html(repeat('<!--'))],
  ['headers without end', () => headers(repeat('X-A: b\r\n', 3 * megabyte))],
  ['one long header', () => headers(`X-A: ${repeat('x', 3 * megabyte)}\r\n`)],
  ['a folded header', () => headers(`X-A: ${repeat('b\r\n ')}\r\n`)],
  ['a From without end', () => mail({ headers: { From: `"${repeat('a', 300_000)}" <a@example.com>` } })],
  ['a From of commas', () => mail({ headers: { From: repeat('a@b.example,', 300_000) } })],
  ['brackets in a header', () => mail({ headers: { 'Message-ID': `<${repeat('a.', 300_000)}` } })],
  ['encoded words', () => mail({ headers: { Subject: repeat('=?utf-8?q?a?= ', 300_000) } })],
  [
    'many files',
    () => mail({ files: Array.from({ length: 3000 }, (_, n) => ({ name: `${n}.txt`, content: 'x' })) }),
  ],
  [
    'a message in a message in ...',
    () =>
      Buffer.from(
        `${
          mail({ headers: { 'Content-Type': 'message/rfc822' } })
            .toString('latin1')
            .split('\r\n\r\n')[0]
        }\r\n\r\n${repeat('Content-Type: message/rfc822\r\n\r\n')}`,
      ),
  ],
  [
    'boundaries',
    () =>
      mail({
        headers: { 'Content-Type': `multipart/mixed; boundary="${'b'.repeat(60)}"` },
        text: repeat(`\r\n--${'b'.repeat(60)}`),
      }),
  ],
  ['nothing', () => Buffer.alloc(0)],
  ['zeros', () => Buffer.alloc(size)],
  ['noise', () => Buffer.from(Array.from({ length: size }, (_, n) => (n * 7919) & 255))],
  ['line ends in front', () => Buffer.concat([Buffer.from(repeat('\r\n')), mail()])],
]

describe('a hostile message', () => {
  it.each(hostile)('does no harm: %s', async (_, make) => {
    const message = make()
    const cost = await cpuSeconds(() => checkMessage(message, { authentication: false, clock: () => sentAt }))
    expect(cost).toBeLessThan(20)
  })

  it.each<[string, () => Buffer]>([
    [
      'a file of 50 MB',
      () =>
        body(
          'application/octet-stream',
          'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0\r\n',
          'base64',
        ),
    ],
    ['a text of 50 MB', () => body('text/plain', `${'word '.repeat(14)}\r\n`)],
    ['HTML of 50 MB', () => body('text/html', `${'<p>word</p> '.repeat(6)}\r\n`)],
    [
      'quoted-printable of 50 MB',
      () => body('text/html', `${'<p>w=C3=B6rd</p> '.repeat(4)}=\r\n`, 'quoted-printable'),
    ],
    ['one line of 50 MB', () => body('text/plain', 'x')],
  ])('takes bounded time and memory: %s', async (_, make) => {
    const message = make()
    const before = process.memoryUsage().rss
    const cost = await cpuSeconds(() => checkMessage(message, { authentication: false, clock: () => sentAt }))
    expect(cost).toBeLessThan(10)
    expect(process.memoryUsage().rss - before).toBeLessThan(600_000_000)
  })
})
