import { describe, expect, it } from 'vitest'
import { LogClock } from './log-clock.ts'

const utc = (...parts: [number, number, number, number?, number?, number?]): number => Date.UTC(...parts)
function at(line: string, timeZone = 'UTC', reference: number = utc(2026, 10, 30)): number | null {
  return new LogClock(timeZone, reference).read(line).at
}

describe('LogClock', () => {
  it.each([
    ['2026-11-26T09:12:01Z x', utc(2026, 10, 26, 9, 12, 1)],
    ['2026-11-26T09:12:01.123456+01:00 x', utc(2026, 10, 26, 8, 12, 1) + 123],
    ['2026-11-26 09:12:01 -0330 x', utc(2026, 10, 26, 12, 42, 1)],
    ['2026-11-26 09:12:01+0000', utc(2026, 10, 26, 9, 12, 1)],
    ['2026-11-26 09:12:01,5 x', utc(2026, 10, 26, 9, 12, 1) + 500],
    ['<22>Nov 26 09:12:01 mail x', utc(2026, 10, 26, 9, 12, 1)],
    ['Nov  6 09:12:01 mail x', utc(2026, 10, 6, 9, 12, 1)],
  ])('reads %s', (line, expected) => {
    expect(at(line)).toBe(expected)
  })

  it.each([
    '2026-02-30T09:12:01Z x',
    '2026-11-26T24:00:00Z x',
    'Foo 26 09:12:01 mail x',
    'Nov 31 09:12:01 mail x',
    'Nov 26 09:61:01 mail x',
    'hello',
    '',
  ])('takes %j for no time', (line) => {
    expect(at(line)).toBeNull()
  })

  it('says where the rest of a line begins', () => {
    const clock = new LogClock('UTC', 0)
    for (const line of [
      'Nov 26 09:12:01 rest',
      '<13>2026-11-26T09:12:01Z rest',
      '2026-11-26 09:12:01 +0100 rest',
    ])
      expect(line.slice(clock.read(line).end)).toBe('rest')
  })

  it('gives a time without a year the latest one that fits', () => {
    expect(at('Dec 31 23:59:59 mail x', 'UTC', utc(2026, 0, 2))).toBe(utc(2025, 11, 31, 23, 59, 59))
    expect(at('Jan  1 00:00:01 mail x', 'UTC', utc(2026, 0, 2))).toBe(utc(2026, 0, 1, 0, 0, 1))
    // A clock that is a little ahead, over the new year.
    expect(at('Jan  1 00:00:01 mail x', 'UTC', utc(2025, 11, 31, 23, 59))).toBe(utc(2026, 0, 1, 0, 0, 1))
    expect(at('Feb 29 12:00:00 mail x', 'UTC', utc(2026, 10, 30))).toBe(utc(2024, 1, 29, 12))
  })

  it('takes times without a zone for local ones, there or here', () => {
    expect(at('Nov 26 09:12:01 mail x', 'America/New_York')).toBe(utc(2026, 10, 26, 14, 12, 1))
    expect(at('2026-07-01 09:00:00 x', 'Europe/Berlin')).toBe(utc(2026, 6, 1, 7))
    // Set forward on March 29 and back on October 25.
    expect(at('2026-03-29 01:59:59 x', 'Europe/Berlin')).toBe(utc(2026, 2, 29, 0, 59, 59))
    expect(at('2026-03-29 03:00:00 x', 'Europe/Berlin')).toBe(utc(2026, 2, 29, 1))
    expect(at('2026-10-25 02:30:00 x', 'Europe/Berlin')).toBe(utc(2026, 9, 25, 0, 30))
    expect(at('2026-10-25 03:00:00 x', 'Europe/Berlin')).toBe(utc(2026, 9, 25, 2))
    const here = new LogClock(null, utc(2026, 10, 30)).read('Nov 26 09:12:01 mail x')
    expect(here.at).toBe(new Date(2026, 10, 26, 9, 12, 1).getTime())
  })
})
