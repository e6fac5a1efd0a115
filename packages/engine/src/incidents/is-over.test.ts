import { describe, expect, it } from 'vitest'
import type { Seen } from './find-jumps.ts'
import type { Cover } from './incident.ts'
import { defaultIncidents } from './incident-policy.ts'
import { isOver } from './is-over.ts'
import { lostKind, slot } from './ordinary-days.test.fixture.ts'

const minuteMs = 60_000
const dayMs = 1440 * minuteMs

function cover(share: number, about: Partial<Cover> = {}): Cover {
  return { kind: lostKind, since: 0, detectedAt: 0, lastSeenAt: 10 * minuteMs, share, ...about }
}

/** Each minute of these, from the 11th on, so many attempts to good recipients, of which so many are refused. */
function seenOf(minutes: readonly [attempts: number, refused: number][]): Seen {
  const slots = minutes.map(([attempts, refused], index) =>
    slot((11 + index) * minuteMs, attempts, attempts, refused > 0 ? { [lostKind]: refused } : {}),
  )
  return { slots, usual: new Map(), closedAt: new Map(), now: (11 + minutes.length) * minuteMs, dayMs }
}

function minutesOf(count: number, attempts: number, refused = 0): [number, number][] {
  return Array.from({ length: count }, () => [attempts, refused])
}

describe('an incident is over', () => {
  const over = (seen: Seen, share = 0.5): boolean => isOver(cover(share), seen, defaultIncidents)

  it('when good recipients accept mail in numbers that it would not leave', () => {
    expect(over(seenOf(minutesOf(16, 1)))).toBe(true)
    // Three that accept mail may be luck where half were refused, but not where all were.
    expect(over(seenOf([...minutesOf(13, 0), ...minutesOf(3, 1)]))).toBe(false)
    expect(over(seenOf(minutesOf(16, 1)), 0.1)).toBe(false)
    expect(over(seenOf(minutesOf(16, 10)), 0.1)).toBe(true)
  })

  it('not before a while is quiet', () => {
    expect(over(seenOf(minutesOf(10, 100)))).toBe(false)
  })

  it('also while a few are lost as they always are', () => {
    const usual = minutesOf(20, 2000, 1)
    expect(over(seenOf(usual))).toBe(true)
  })

  it('not while more than usual are refused, however much better it is', () => {
    expect(over(seenOf(minutesOf(20, 200, 10)))).toBe(false)
  })

  it('when nothing was seen of it for a day', () => {
    const seen = { ...seenOf([]), now: 10 * minuteMs + dayMs }
    expect(over(seen)).toBe(true)
    expect(over({ ...seen, now: seen.now - 1 })).toBe(false)
  })
})
