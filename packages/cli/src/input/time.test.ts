import { expect, test } from 'vitest'
import { pointInTime } from './time.ts'

const now = Date.parse('2026-01-31T12:00:00Z')

test.each([
  ['2026-01-31', '2026-01-31T00:00:00Z'],
  ['2026-01-31T09:00', '2026-01-31T09:00:00Z'],
  ['2026-01-31 09:00:05', '2026-01-31T09:00:05Z'],
  ['2026-01-31T09:00+02:00', '2026-01-31T07:00:00Z'],
  ['90m', '2026-01-31T10:30:00Z'],
  ['24h', '2026-01-30T12:00:00Z'],
  ['7d', '2026-01-24T12:00:00Z'],
])('%s is %s', (text, expected) => {
  expect(pointInTime(text, now)).toBe(Date.parse(expected))
})

test.each(['', 'monday', '2026-13-40', '5', '12:00', '2026'])('%j is no time', (text) => {
  expect(() => pointInTime(text, now)).toThrow(/Expected a time such as/)
})
