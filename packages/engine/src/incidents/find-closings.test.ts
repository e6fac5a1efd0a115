import { describe, expect, it } from 'vitest'
import { findClosings, isOfSeveral, stormOf, type Closings, type StreamPlace } from './find-closings.ts'
import type { Seen } from './find-jumps.ts'
import type { PlaceCounts } from './find-storms.ts'
import { defaultIncidents } from './incident-policy.ts'
import { slot } from './ordinary-days.test.fixture.ts'
import type { StoredHold } from '../state/state.ts'

const minuteMs = 60_000
const kind = 'policy-hm08'
const now = 100 * minuteMs

/** 100 minutes with so many attempts and refusals each, and what came in the last one. */
function seenOf(attempts: number, refused: number, last = 20): Seen {
  const slots = Array.from({ length: 100 }, (_, index) =>
    slot(index * minuteMs, attempts, attempts, refused > 0 ? { [kind]: refused } : {}),
  )
  slots.push(slot(now, attempts, attempts, { [kind]: last }))
  return { slots, usual: new Map(), closedAt: new Map(), now: now + minuteMs, dayMs: 1440 * minuteMs }
}

function hold(minutesBefore: number, about: Partial<StoredHold> = {}): StoredHold {
  const since = now - minutesBefore * minuteMs
  return {
    rule: kind,
    since,
    until: now + 1e9,
    probeEverySeconds: 3600,
    forSeconds: 21_600,
    probe: null,
    reply: '',
    ...about,
  }
}

function at(lane: string, stream: string, held: StoredHold | null, attempts = 100): StreamPlace {
  return { lane, stream, attempts, hold: held }
}

function found(places: readonly StreamPlace[], seen = seenOf(50, 0)): Closings | null {
  return findClosings(kind, places, seen, defaultIncidents)
}

describe('closings', () => {
  const both = [at('a', 'marketing', hold(0)), at('a', 'transactional', hold(0))]

  it('are those of one rule, of more than one stream, of nearly all mail, and come together', () => {
    expect(found(both)).toMatchObject({ kind, since: now, first: now, last: now })
    expect(found([at('a', 'marketing', hold(0)), at('b', 'marketing', hold(0))])).toBeNull()
    expect(found([...both, at('b', 'marketing', null, 30)])).not.toBeNull()
    expect(found([...both, at('b', 'marketing', null, 60)])).toBeNull()
    expect(found([...both, at('b', 'marketing', hold(0, { rule: 'policy-cs01' }))])).toBeNull()
    expect(found([at('a', 'marketing', hold(0)), at('a', 'transactional', hold(14))])).not.toBeNull()
    expect(found([at('a', 'marketing', hold(0)), at('a', 'transactional', hold(16))])).toBeNull()
  })

  it('are none where mail goes again, or has an end by itself', () => {
    const halfOpen = { accepted: 1, refused: 0, away: 0, at: now }
    expect(found([at('a', 'marketing', hold(0, { halfOpen })), both[1]!])).toBeNull()
    const over = hold(0, { probeEverySeconds: null, until: now })
    expect(found([at('a', 'marketing', over), both[1]!])).toBeNull()
  })

  it('are none of what got worse before, or of what a new sender meets from the beginning', () => {
    expect(found(both, seenOf(50, 2))).toBeNull()
    const seen = seenOf(50, 0)
    expect(found(both, { ...seen, slots: [slot(now, 20, 20, { [kind]: 20 })] })).toBeNull()
    expect(found(both, { ...seen, slots: [slot(now, 500, 500, { [kind]: 20 })] })).not.toBeNull()
    expect(found(both, { ...seen, slots: [slot(now, 500, 500, {})] })).toBeNull()
  })
})

function counts(stream: string, domain: string, delivered: number, refused: number, lane = 'a'): PlaceCounts {
  const rules = refused > 0 ? { [kind]: refused } : {}
  return { lane, stream, domain, delivered, bounced: 0, refused, rules }
}

describe('a storm', () => {
  const closings: Closings = { kind, since: now, first: now, last: now, places: [] }
  // The minute of the closings is full of what was accepted.
  const all = [counts('transactional', 'example.com', 500, 4), counts('marketing', 'example.org', 500, 4)]
  const of = (...asked: PlaceCounts[]): object | null => stormOf(closings, all, asked, defaultIncidents)
  const login = counts('transactional', 'example.com', 0, 2)
  const news = counts('marketing', 'example.org', 0, 1)

  it('is there if all that was asked afterwards is refused too', () => {
    expect(of(login, news)).toEqual({ kind, since: now, refused: 3, attempts: 3, expected: 0.006 })
    // Nobody knows of a dead recipient what would have become of its mail.
    expect(of(login, { ...news, bounced: 5 })).not.toBeNull()
  })

  it('is not known before enough was asked, of more than one stream', () => {
    expect(of()).toBeNull()
    expect(of(counts('transactional', 'example.com', 0, 1), news)).toBeNull()
    expect(of(counts('transactional', 'example.com', 0, 3))).toBeNull()
  })

  it('spares nobody', () => {
    expect(of(login, news, counts('marketing', 'shop.example', 2, 0))).toBeNull()
    expect(of(login, news, counts('receipts', 'example.com', 2, 0))).toBeNull()
    expect(of(login, news, counts('marketing', 'example.org', 2, 0, 'b'))).toBeNull()
    expect(of(counts('transactional', 'example.com', 1, 2), news)).toBeNull()
    expect(of(login, { ...news, refused: 3 })).toBeNull()
  })

  it('meets more than one owner', () => {
    expect(isOfSeveral(kind, all)).toBe(true)
    expect(isOfSeveral(kind, [all[0]!, counts('marketing', 'news.example.com', 0, 9)])).toBe(false)
    const one = [counts('transactional', 'example.com', 500, 9), counts('marketing', 'example.org', 500, 1)]
    expect(stormOf(closings, one, [login, news], defaultIncidents)).toBeNull()
    const few = [counts('transactional', 'example.com', 500, 3), counts('marketing', 'example.org', 500, 2)]
    expect(stormOf(closings, few, [login, news], defaultIncidents)).toBeNull()
  })
})
