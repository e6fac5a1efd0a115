import { describe, expect, it } from 'vitest'
import {
  blameKind,
  lostKind,
  ordinaryMinutes,
  randomOf,
  slot,
  type Sender,
} from './ordinary-days.test.fixture.ts'
import { SeenDays } from './seen-days.test.fixture.ts'

const minuteMs = 60_000
const dayMs = 1440 * minuteMs

const daily = { daily: 1, campaign: 3 }
const weekly = { daily: 7, campaign: 30 }
/** From a club to a shop with a million readers; of each hundred messages a tenth to a third meet somebody who is gone. */
const senders: readonly [days: number, sender: Sender][] = [
  [3000, { perDay: 10, ages: weekly, lost: 0.003 }],
  [3000, { perDay: 10, ages: daily, lost: 0.003 }],
  [1000, { perDay: 50, ages: daily, lost: 0.001 }],
  [2000, { perDay: 200, ages: weekly, lost: 0.002 }],
  [850, { perDay: 2000, ages: daily, lost: 0.002 }],
  [120, { perDay: 50_000, ages: daily, lost: 0.0003 }],
  [30, { perDay: 1_000_000, ages: { daily: 0.25, campaign: 14 }, lost: 0.001 }],
]

/** Alarms in so many ordinary days, those of one day as one. */
function alarmsOf(sender: Sender, days: number, seed: number): string[] {
  const random = randomOf(seed)
  const seen = new SeenDays()
  const alarms: string[] = []
  let last = -Infinity
  for (const minute of ordinaryMinutes(sender, days, random)) {
    seen.add(minute)
    // Without a new refusal there is nothing new to see.
    const { [lostKind]: lost, [blameKind]: blamed } = minute.refused
    if (minute.start - last < dayMs) continue
    const now = minute.start + minuteMs - 1
    const jump = (lost && seen.look(now)) || (blamed && seen.lookForStorm(now)) || undefined
    if (jump === undefined) continue
    last = minute.start
    alarms.push(
      `seed ${seed}, day ${Math.floor(minute.start / dayMs)}: ${JSON.stringify({ ...sender, ...jump })}`,
    )
  }
  return alarms
}

describe('jumps', () => {
  it('are seen less than once in 1,000 ordinary days, and so are storms', () => {
    const alarms = senders.flatMap(([days, sender], index) => alarmsOf(sender, days, index + 1))
    expect(senders.reduce((sum, [days]) => sum + days, 0)).toBe(10_000)
    expect(alarms.length, alarms.join('\n')).toBeLessThan(10)
  }, 60_000)

  it('are seen within two minutes of an outage, by a sender of many', () => {
    const random = randomOf(20210426)
    const seen = new SeenDays()
    const sender: Sender = { perDay: 200_000, ages: daily, lost: 0.002 }
    for (const minute of ordinaryMinutes(sender, 12, random)) seen.add(minute)
    const start = 12 * dayMs
    let noticed = Infinity
    for (let number = 0; number < 5 && noticed === Infinity; number++) {
      const at = start + number * minuteMs
      seen.add(slot(at, 140, 140, { [lostKind]: 70 }))
      if (seen.look(at + minuteMs - 1) !== undefined) noticed = at
    }
    expect(noticed - start).toBeLessThan(2 * minuteMs)
    expect(seen.look(start + minuteMs)?.since).toBe(start)
  })

  it('are seen in the third recipient by a sender of ten messages a day', () => {
    const random = randomOf(3)
    for (const ages of [daily, weekly]) {
      const seen = new SeenDays()
      for (const minute of ordinaryMinutes({ perDay: 10, ages, lost: 0.001 }, 12, random)) seen.add(minute)
      const start = 12 * dayMs
      const say = (minutes: number, refused: number): void =>
        seen.add(
          slot(start + minutes * minuteMs, 2, 2 * ages.daily, refused > 0 ? { [lostKind]: refused } : {}),
        )
      say(1, 1)
      expect(seen.look(start + 2 * minuteMs)).toBeUndefined()
      say(20, 1)
      expect(seen.look(start + 21 * minuteMs)).toBeUndefined()
      say(40, 1)
      expect(seen.look(start + 41 * minuteMs)).toMatchObject({
        refused: 3,
        attempts: 6,
      })
    }
  })

  it('begin where they stand out, not at the last stray loss before', () => {
    const seen = new SeenDays()
    for (let minute = 0; minute < 120; minute++)
      seen.add(slot(minute * minuteMs, 500, 500, minute === 30 ? { [lostKind]: 1 } : {}))
    seen.add(slot(120 * minuteMs, 500, 500, { [lostKind]: 200 }))
    expect(seen.look(121 * minuteMs)).toMatchObject({ since: 120 * minuteMs, refused: 200, attempts: 500 })
  })

  it('begin before their first sign, where acceptance may have been luck', () => {
    const seen = new SeenDays()
    const say = (minute: number, attempts: number, refused: number): void =>
      seen.add(slot(minute * minuteMs, attempts, attempts, refused > 0 ? { [lostKind]: refused } : {}))
    say(0, 50, 0)
    // Nobody, or two of two where half are refused.
    say(10, 0, 0)
    say(20, 2, 0)
    say(25, 0, 0)
    say(30, 2, 2)
    say(31, 4, 2)
    expect(seen.look(32 * minuteMs)).toMatchObject({ since: 10 * minuteMs, refused: 4, attempts: 6 })
  })

  it('need more where many are expected to be gone', () => {
    const seen = new SeenDays()
    // Nobody was asked for 60 days: 3 % are expected to be gone.
    for (let minute = 0; minute < 60; minute++)
      seen.add(slot(minute * minuteMs, 100, 6000, { [lostKind]: minute % 2 === 0 ? 4 : 5 }))
    expect(seen.look(60 * minuteMs)).toBeUndefined()
    for (let minute = 60; minute < 70; minute++)
      seen.add(slot(minute * minuteMs, 100, 6000, { [lostKind]: 50 }))
    expect(seen.look(70 * minuteMs)).toMatchObject({ since: 60 * minuteMs })
  })
})
