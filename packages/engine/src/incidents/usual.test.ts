import { expect, it } from 'vitest'
import { lostKind, slot } from './ordinary-days.test.fixture.ts'
import { usualOf } from './usual.ts'

const hourMs = 3_600_000
const hours = Array.from({ length: 100 }, (_, hour) =>
  slot(hour * hourMs, 1000, 1000, { [lostKind]: hour === 50 ? 500 : 1 }),
)

it('what is usual does not count the hours of an incident', () => {
  const exception = { kind: lostKind, from: 50.5 * hourMs, until: 50.7 * hourMs }
  expect(usualOf(hours, hourMs, [exception]).get(lostKind)).toBeCloseTo(0.0011, 4)
  expect(usualOf(hours, hourMs, [{ ...exception, kind: 'other' }]).get(lostKind)).toBeGreaterThan(0.006)
})
