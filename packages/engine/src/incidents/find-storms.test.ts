import { describe, expect, it } from 'vitest'
import { findStorms, isEverywhere, onsetOf, type PlaceCounts } from './find-storms.ts'
import type { Seen } from './find-jumps.ts'
import { defaultIncidents } from './incident-policy.ts'
import { slot } from './ordinary-days.test.fixture.ts'

const minuteMs = 60_000
const kind = 'policy-hm08'

/** Minutes with so many attempts, of which so many are refused. */
function seenOf(minutes: readonly [attempts: number, refused: number][]): Seen {
  const slots = minutes.map(([attempts, refused], index) =>
    slot(index * minuteMs, attempts, attempts, refused > 0 ? { [kind]: refused } : {}),
  )
  return {
    slots,
    usual: new Map(),
    closedAt: new Map(),
    now: minutes.length * minuteMs,
    dayMs: 1440 * minuteMs,
  }
}

function place(stream: string, domain: string, delivered: number, refused: number, lane = 'a'): PlaceCounts {
  return {
    lane,
    stream,
    domain,
    delivered,
    bounced: 0,
    refused,
    rules: refused > 0 ? { [kind]: refused } : {},
  }
}

function everywhere(...places: PlaceCounts[]): boolean {
  return isEverywhere(kind, places, defaultIncidents)
}

describe('a storm', () => {
  it('refuses nearly all mail to good recipients, after hardly any', () => {
    const before: [number, number][] = Array.from({ length: 30 }, () => [10, 0])
    expect(findStorms([kind], seenOf([...before, [3, 3], [2, 2]]), defaultIncidents)).toMatchObject([
      { kind, since: 30 * minuteMs, refused: 5, attempts: 5 },
    ])
    expect(findStorms([kind], seenOf([...before, [5, 2], [5, 3]]), defaultIncidents)).toEqual([])
    expect(findStorms([kind], seenOf([...before, [2, 2]]), defaultIncidents)).toEqual([])
  })

  it('is not what got worse step by step, nor what a new sender meets from the beginning', () => {
    const worse: [number, number][] = [
      [10, 1],
      [10, 3],
      [10, 5],
      [10, 9],
    ]
    expect(findStorms([kind], seenOf(worse), defaultIncidents)).toEqual([])
    expect(findStorms([kind], seenOf([[6, 6]]), defaultIncidents)).toEqual([])
  })

  it('is not seen again in what is dealt with', () => {
    const seen = seenOf([
      [100, 0],
      [9, 9],
      [1, 0],
    ])
    expect(findStorms([kind], seen, defaultIncidents)).toHaveLength(1)
    const closedAt = new Map([[kind, 2 * minuteMs]])
    expect(findStorms([kind], { ...seen, closedAt }, defaultIncidents)).toEqual([])
  })

  it('begins with the first reply of the quarter of an hour before, after what is dealt with', () => {
    const before: [number, number][] = Array.from({ length: 30 }, () => [10, 0])
    const seen = seenOf([...before, [1000, 9], [2, 2], [2, 2]])
    const [storm] = findStorms([kind], seen, defaultIncidents)
    expect(storm?.since).toBe(31 * minuteMs)
    expect(onsetOf(kind, 31 * minuteMs, seen)).toBe(30 * minuteMs)
    expect(onsetOf(kind, 31 * minuteMs, { ...seen, closedAt: new Map([[kind, 31 * minuteMs]]) })).toBe(
      31 * minuteMs,
    )
    expect(onsetOf(kind, 50 * minuteMs, seen)).toBe(50 * minuteMs)
  })

  it('hits several streams and several senders, and spares none', () => {
    const login = place('transactional', 'example.com', 0, 4)
    const news = place('marketing', 'example.org', 0, 4)
    expect(everywhere(login, news)).toBe(true)
    expect(everywhere(login)).toBe(false)
    // One sender, also with several names.
    expect(everywhere(login, place('marketing', 'news.example.com', 0, 4))).toBe(false)
    // One stream.
    expect(everywhere(news, place('marketing', 'shop.example', 0, 4))).toBe(false)
    // Somebody gets through.
    expect(everywhere(login, news, place('receipts', 'example.com', 2, 0))).toBe(false)
    expect(everywhere(login, news, place('marketing', 'shop.example', 2, 0))).toBe(false)
    // Another IP has no such trouble.
    expect(everywhere(login, news, place('marketing', 'example.org', 2, 0, 'b'))).toBe(false)
    expect(
      everywhere(place('transactional', 'example.com', 0, 2), place('marketing', 'example.org', 0, 2)),
    ).toBe(false)
  })
})
