import { isUtf8 } from 'node:buffer'
import { argument } from '../../subject.ts'

/** What a file is read from: a `Readable`, or anything else that gives strings or bytes, cut anywhere. */
export type Source = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>

/** A line of a file, without its line feed, or why it cannot be read. Numbers begin with 1. */
export type Line = { number: number; text: string } | { number: number; problem: string }

/** The longest line that is read, in bytes: the longest suppression, all of it escaped, is far shorter. */
export const longestLine = 65_536

/** Lines that are looked at in one go: a few ms. */
const mostLines = 250
const lineFeed = 0x0a
const byteOrderMark = '\uFEFF'

/**
 * The lines of a file, some at a time; in between the event loop gets a turn, whatever the source is. Never more of it is kept than {@link longestLine}, what was given last apart.
 *
 * @param took told how many bytes were taken
 */
export async function* linesOf(source: Source, took: (bytes: number) => void): AsyncIterable<Line[]> {
  const assembler = new LineAssembler()
  for await (const bytes of bytesOf(source)) {
    took(bytes.length)
    let from = 0
    let lines: Line[] = []
    for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, from)) {
      lines.push(assembler.end(bytes.subarray(from, end)))
      from = end + 1
      if (lines.length < mostLines) continue
      yield lines
      lines = []
      await new Promise(setImmediate)
    }
    assembler.add(bytes.subarray(from))
    if (lines.length > 0) yield lines
  }
  if (assembler.isUnderWay()) yield [assembler.end(Buffer.alloc(0))]
}

class LineAssembler {
  private parts: Buffer[] = []
  private length = 0
  private number = 0

  add(bytes: Buffer): void {
    this.length += bytes.length
    // What is too long is not kept. A copy, as the bytes are part of something larger.
    if (this.length > longestLine) this.parts = []
    else if (bytes.length > 0) this.parts.push(Buffer.from(bytes))
  }

  isUnderWay(): boolean {
    return this.length > 0
  }

  end(last: Buffer): Line {
    const length = this.length + last.length
    const bytes = this.parts.length === 0 ? last : Buffer.concat([...this.parts, last])
    const number = ++this.number
    this.parts = []
    this.length = 0
    if (length > longestLine)
      return { number, problem: `the line is longer than ${longestLine} bytes (${length})` }
    if (bytes.includes(0))
      return { number, problem: 'the line holds NUL bytes; save the file as UTF-8, not as UTF-16' }
    if (!isUtf8(bytes)) return { number, problem: 'the line is not UTF-8; save the file as UTF-8' }
    const text = bytes.toString('utf8')
    return { number, text: number === 1 && text.startsWith(byteOrderMark) ? text.slice(1) : text }
  }
}

/** Chunks as bytes. A character of two halves, which a string may be cut within, is kept whole. */
async function* bytesOf(source: Source): AsyncIterable<Buffer> {
  let half = ''
  for await (const chunk of source) {
    if (typeof chunk === 'string') {
      const text = half + chunk
      half = /[\uD800-\uDBFF]$/.test(text) ? text.slice(-1) : ''
      yield Buffer.from(half === '' ? text : text.slice(0, -1))
    } else if (chunk instanceof Uint8Array) {
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    } else throw argument('import', 'the source', 'a stream of strings or bytes', chunk)
  }
}
