import { describe, expect, it } from 'vitest'
import { defaultWarmUp } from './lane-policy.ts'
import { takeSpread } from './spread.ts'
import { takeWarmUp, type WarmUp } from './warm-up.ts'

const start = Date.UTC(2026, 0, 1, 13)
const day = 86_400
const hour = 3_600_000

/** What goes if somebody asks each minute for so much; the state after it, too. */
function ask(
  before: WarmUp | undefined,
  from: number,
  minutes: number,
  table: readonly number[] = defaultWarmUp,
  asked = 100,
): { went: number; warmUp: WarmUp | undefined } {
  let warmUp = before
  let went = 0
  for (let minute = 0; minute < minutes; minute++) {
    const taken = takeWarmUp(warmUp, table, { charge: 0, asked }, from + minute * 60_000, day)
    warmUp = taken.warmUp
    went += taken.granted
  }
  return { went, warmUp }
}

describe('the warm-up of a new IP', () => {
  it('gives what the table says for each day from the first message on', () => {
    let warmUp: WarmUp | undefined
    const days: number[] = []
    for (let index = 0; index < 4; index++) {
      const asked = ask(warmUp, start + index * day * 1000, 1440)
      warmUp = asked.warmUp
      days.push(asked.went)
    }
    expect(days).toEqual([50, 100, 150, 225])
  })

  it('spreads them over the day, an hour ahead at most', () => {
    const { went, warmUp } = ask(undefined, start, 1, [2400])
    expect(went).toBe(100)
    expect(ask(warmUp, start + 60_000, 180, [2400]).went).toBe(300)
    // What was not used does not pile up.
    expect(ask(warmUp, start + 12 * hour, 1, [2400], 9999).went).toBe(100)
  })

  it('begins anew if the clock was a year ahead when it began', () => {
    const { warmUp } = ask(undefined, start + 365 * day * 1000, 1440)
    const next = ask(warmUp, start, 1440)
    expect(next.went).toBe(50)
    expect(ask(next.warmUp, start + day * 1000, 1440).went).toBe(100)
  })

  it('says when there is more', () => {
    const first = takeWarmUp(undefined, [24], { charge: 0, asked: 5 }, start, day)
    expect(first).toMatchObject({ granted: 1, waitMs: hour })
    const over = takeWarmUp(
      { ...first.warmUp, used: 24 },
      [24, 48],
      { charge: 0, asked: 5 },
      start + hour,
      day,
    )
    expect(over).toMatchObject({ granted: 0, waitMs: 23 * hour })
  })

  it('counts what went without asking, and forgets it at the end of the day', () => {
    const { warmUp } = takeWarmUp(undefined, [100, 200], { charge: 500, asked: 0 }, start, day)
    expect(ask(warmUp, start + 60_000, 1400, [100, 200]).went).toBe(0)
    expect(ask(warmUp, start + day * 1000, 1, [100, 200]).went).toBe(8)
  })

  it('takes back what was not used', () => {
    const first = takeWarmUp(undefined, [240], { charge: 0, asked: 10 }, start, day)
    expect(first.granted).toBe(10)
    expect(takeWarmUp(first.warmUp, [240], { charge: -4, asked: 9 }, start, day)).toMatchObject({
      granted: 4,
      warmUp: { used: 10 },
    })
  })

  it('ends after the last day of the table', () => {
    const { warmUp } = ask(undefined, start, 1, [50])
    expect(takeWarmUp(warmUp, [50], { charge: 0, asked: 9 }, start + day * 1000, day).granted).toBe(Infinity)
  })

  it('is not stuck after a clock that jumped back', () => {
    const { warmUp } = ask(undefined, start, 1440, [100])
    expect(warmUp?.used).toBe(100)
    expect(ask(warmUp, start - hour, 24 * 60, [100]).went).toBe(0)
    const half = ask(undefined, start, 720, [100]).warmUp
    expect(ask(half, start + 11 * hour, 120, [100]).went).toBeGreaterThan(0)
  })
})

describe('the spread of a stream', () => {
  it('gives the volume over the window, a hundredth ahead at most', () => {
    const policy = { messages: 1000, overSeconds: 3600 }
    let level: Parameters<typeof takeSpread>[0]
    let went = 0
    for (let second = 0; second < 3600; second++) {
      const taken = takeSpread(level, policy, { charge: 0, asked: 50 }, start + second * 1000)
      level = taken.level
      went += taken.granted
      if (second === 0) expect(taken.granted).toBe(10)
    }
    expect(went).toBeGreaterThanOrEqual(1000)
    expect(went).toBeLessThanOrEqual(1010)
  })

  it('is not stuck after a clock that jumped back, and takes no notice of two clocks that differ a little', () => {
    const policy = { messages: 1000, overSeconds: 3600 }
    const { level } = takeSpread(undefined, policy, { charge: 0, asked: 10 }, start)
    expect(takeSpread(level, policy, { charge: 0, asked: 10 }, start - 100).granted).toBe(0)
    expect(takeSpread(level, policy, { charge: 0, asked: 10 }, start - hour).granted).toBe(10)
  })
})
