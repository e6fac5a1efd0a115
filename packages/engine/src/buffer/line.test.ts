import { expect, it } from 'vitest'
import { decodeLines, encodeLine } from './line.ts'

const values = [
  { at: 1, text: 'Grüße\n' },
  { at: 2, text: 'x'.repeat(1000) },
  { at: 3, half: '\ud800' },
]
const bytes = Buffer.concat(values.map(encodeLine))

it('gives back what was written', () => {
  expect(decodeLines(bytes)).toEqual(values)
  expect(decodeLines(Buffer.alloc(0))).toEqual([])
})

it('leaves out a last line that has no end, wherever it was cut', () => {
  const whole = [
    0,
    ...values.map((_, index) => Buffer.concat(values.slice(0, index + 1).map(encodeLine)).length),
  ]
  for (let length = 0; length < bytes.length; length++) {
    const count = whole.filter((end) => end <= length).length - 1
    expect(decodeLines(bytes.subarray(0, length))).toEqual(values.slice(0, count))
  }
})

it('knows a line with one wrong bit, and reads the others', () => {
  for (let at = 0; at < bytes.length; at += 7) {
    const damaged = Buffer.from(bytes)
    damaged[at] = (damaged[at] ?? 0) ^ 1
    const found = decodeLines(damaged)
    expect(found).not.toEqual(values)
    for (const value of found) if (value !== undefined) expect(values).toContainEqual(value)
    expect(found.filter((value) => value !== undefined).length).toBeGreaterThanOrEqual(1)
  }
})

it('knows a line of another format', () => {
  expect(decodeLines(Buffer.from(`2${encodeLine(1).toString().slice(1)}what is this\n`))).toEqual([
    undefined,
    undefined,
  ])
})
