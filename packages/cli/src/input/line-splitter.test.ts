import { expect, test } from 'vitest'
import { LineSplitter, type InputLine } from './line-splitter.ts'

function split(chunks: readonly Uint8Array[], most: number): InputLine[] {
  const splitter = new LineSplitter(most)
  return [...chunks.flatMap((chunk) => [...splitter.push(chunk)]), ...splitter.end()]
}

const input = Buffer.from('one\r\n\nzwei ü\nlonger than that\r\n12345678\r\n日本\n\r\nlast')
const lines = [
  { number: 1, text: 'one' },
  { number: 2, text: '' },
  { number: 3, text: 'zwei ü' },
  { number: 4, text: null },
  { number: 5, text: '12345678' },
  { number: 6, text: '日本' },
  { number: 7, text: '' },
  { number: 8, text: 'last' },
]

test('gives the same lines wherever the chunks end', () => {
  for (let size = 1; size <= input.length; size++) {
    const chunks: Buffer[] = []
    for (let at = 0; at < input.length; at += size) chunks.push(input.subarray(at, at + size))
    expect(split(chunks, 8), `chunks of ${size}`).toEqual(lines)
  }
})

test('has no line where there is no byte, and none behind the last line end', () => {
  expect(split([], 8)).toEqual([])
  expect(split([Buffer.from('a\n')], 8)).toEqual([{ number: 1, text: 'a' }])
})

test('tells of a line that is too long once, before it ends', () => {
  const splitter = new LineSplitter(8)
  expect([...splitter.push(Buffer.from('1234567890'))]).toEqual([{ number: 1, text: null }])
  expect([...splitter.push(Buffer.from('1234567890'))]).toEqual([])
  expect([...splitter.push(Buffer.from('1\nb\n'))]).toEqual([{ number: 2, text: 'b' }])
  expect([...splitter.push(Buffer.from('1234567890'))]).toEqual([{ number: 3, text: null }])
  expect([...splitter.end()]).toEqual([])
})

test('measures in bytes, without the line end', () => {
  expect(split([Buffer.from('1234567ü\n')], 8)).toEqual([{ number: 1, text: null }])
  expect(split([Buffer.from('123456ü\n')], 8)).toEqual([{ number: 1, text: '123456ü' }])
  expect(split([Buffer.from('123456789')], 8)).toEqual([{ number: 1, text: null }])
})

test('reads bytes that are not UTF-8', () => {
  expect(split([Buffer.from([0x61, 0xff, 0x62, 0x0a])], 8)).toEqual([{ number: 1, text: 'a\ufffdb' }])
})
