import { describe, expect, test } from 'vitest'
import { ContentReader } from './content-reader.ts'

function read(
  wire: string,
  step = wire.length,
  maxBytes = 1_000_000,
): { content: string; after: string | null } {
  const reader = new ContentReader(maxBytes)
  const bytes = Buffer.from(wire)
  for (let start = 0; start < bytes.length; start += step) {
    const after = reader.push(bytes.subarray(start, start + step))
    if (after !== null) {
      return { content: reader.content.toString(), after: after.toString() + wire.slice(start + step) }
    }
  }
  return { content: reader.content.toString(), after: null }
}

describe.each([1, 2, 3, 5, 1000])('in pieces of %i bytes', (step) => {
  test('ends at the dot and leaves what follows', () => {
    expect(read('a\r\nb\r\n.\r\nQUIT\r\n', step)).toEqual({ content: 'a\r\nb\r\n', after: 'QUIT\r\n' })
  })

  test('takes an empty message', () => {
    expect(read('.\r\n', step)).toEqual({ content: '', after: '' })
  })

  test('removes doubled dots at the start of lines only', () => {
    expect(read('..\r\n..a\r\na..b\r\n...\r\n.\r\n', step).content).toBe('.\r\n.a\r\na..b\r\n..\r\n')
  })

  test('does not end at a dot between bare line feeds', () => {
    expect(read('a\n.\nb\r\n.\nc\n.\r\nd\r\n.\r\n', step)).toEqual({
      content: 'a\n.\nb\r\n\nc\n.\r\nd\r\n',
      after: '',
    })
  })
})

test('keeps very long lines whole', () => {
  const line = 'x'.repeat(300_000)
  expect(read(`${line}\r\n.\r\n`, 65_536)).toEqual({ content: `${line}\r\n`, after: '' })
  expect(read(`.${line}\r\n.\r\n`, 65_536).content).toBe(`${line}\r\n`)
})

test('reads to the end but keeps nothing of what is too big', () => {
  const reader = new ContentReader(10)
  expect(reader.push(Buffer.from('0123456789\r\n'))).toBeNull()
  expect(reader.tooBig).toBe(true)
  expect(reader.push(Buffer.from('.\r\nRSET\r\n'))?.toString()).toBe('RSET\r\n')
  expect(reader.content.length).toBe(0)
})
