import { describe, expect, it } from 'vitest'
import { Week } from './changes-week.ts'
import { findChanges, tableOf, type Finding, type Seen } from './find-changes.ts'
import { ordinaryMail } from './ordinary-mail.test.fixture.ts'
import { defaultSignals } from './signals-policy.ts'

type Hours = readonly ReturnType<typeof tableOf>[]

interface Mail {
  attempts: number
  deferral?: number
  bounce?: number
  policy?: number
}

function table(mail: Mail | null, stream = 'marketing'): ReturnType<typeof tableOf> {
  if (mail === null) return tableOf({})
  const { attempts, deferral = 0, bounce = 0, policy = 0 } = mail
  return tableOf({
    [`default ${stream} delivered`]: attempts - deferral - bounce - policy,
    [`default ${stream} deferred rate-limited`]: deferral,
    [`default ${stream} bounced invalid-recipient`]: bounce,
    [`default ${stream} refused policy-cs01`]: policy,
    [`default ${stream} message`]: attempts,
  })
}

/** 192 hours: what `at` says of each, 0 being the oldest and 191 the one under way. */
function hours(at: (hour: number) => Mail | null): Hours {
  return Array.from({ length: 192 }, (_, hour) => table(at(hour)))
}

function minutes(mail: Mail | null): Seen['minutes'] {
  return Array.from({ length: 60 }, () => table(mail))
}

interface Given extends Partial<Pick<Seen, 'minutes' | 'before'>> {
  hours?: Hours
}

function found({ minutes: last = minutes(null), hours: all = hours(() => null), before }: Given): Finding[] {
  const week = new Week(all.slice(0, -24))
  const seen = { minutes: last, day: all.slice(-24), week, before: before ?? new Set<string>() }
  return findChanges(seen, defaultSignals)
}

const steady = hours(() => ({ attempts: 600, deferral: 12, bounce: 6, policy: 1 }))

describe('a change', () => {
  it('is none while all is as usual', () => {
    expect(found({ hours: steady, minutes: minutes({ attempts: 50, deferral: 2, bounce: 1 }) })).toEqual([])
  })

  it('of each kind is found, with its numbers', () => {
    const [deferral] = found({ hours: steady, minutes: minutes({ attempts: 50, deferral: 10 }) })
    expect(deferral).toEqual({
      of: 'deferral',
      subject: 'default/marketing',
      lanes: ['default'],
      numbers: { percent: 20, usualPercent: 2, attempts: 500, usualAttempts: 168 * 600, windowSeconds: 600 },
    })
    expect(found({ hours: steady, minutes: minutes({ attempts: 50, bounce: 5 }) })).toMatchObject([
      { of: 'bounce', numbers: { percent: 10, usualPercent: 1 } },
    ])
    expect(found({ hours: steady, minutes: minutes({ attempts: 50, policy: 2 }) })).toMatchObject([
      { of: 'policy', numbers: { percent: 4 } },
    ])
  })

  it('needs a week to compare with', () => {
    const bad = minutes({ attempts: 50, deferral: 25 })
    const since = (from: number): Hours => hours((hour) => (hour < from ? null : { attempts: 600 }))
    expect(found({ hours: since(24), minutes: bad })).toEqual([])
    expect(found({ hours: since(23), minutes: bad })).toHaveLength(1)
    // Nothing was sent on the first day, but something in the weeks before.
    expect(found({ hours: since(24), minutes: bad, before: new Set(['default marketing']) })).toHaveLength(1)
    expect(found({ hours: hours(() => null), minutes: bad })).toEqual([])
  })

  it('of a small sender shows over an hour or a day, and not in a handful of replies', () => {
    const small = (today: Mail): Hours =>
      hours((hour) => (hour < 168 ? { attempts: 10, deferral: hour % 10 === 0 ? 1 : 0 } : today))
    const quiet = small({ attempts: 10 })
    expect(found({ hours: quiet, minutes: minutes({ attempts: 1, deferral: 1 }) })).toEqual([])
    expect(found({ hours: quiet, minutes: minutes({ attempts: 2, deferral: 1 }) })).toMatchObject([
      { of: 'deferral', numbers: { attempts: 120, percent: 50, windowSeconds: 3600 } },
    ])
    expect(found({ hours: small({ attempts: 10, deferral: 4 }) })).toMatchObject([
      { of: 'deferral', numbers: { attempts: 240, percent: 40, windowSeconds: 86_400 } },
    ])
  })

  it('is none if it was the same at this time a week ago', () => {
    // Each week, at this hour, a mailing to an older list.
    const weekly = hours((hour) =>
      hour === 23 ? { attempts: 600, bounce: 50 } : { attempts: 600, bounce: 3 },
    )
    const now = minutes({ attempts: 20, bounce: 2 })
    expect(found({ hours: weekly, minutes: now })).toEqual([])
    expect(found({ hours: steady, minutes: now })).toHaveLength(1)
  })

  it('is none if hours differ as much anyway', () => {
    const wild = hours((hour) => ({ attempts: 600, deferral: hour % 4 === 0 ? 200 : 0 }))
    expect(found({ hours: wild, minutes: minutes({ attempts: 60, deferral: 20 }) })).toEqual([])
  })

  it('is not found in the ups and downs of a hundred days', () => {
    for (const perHour of [50, 2000]) {
      const alarms: Finding[] = []
      for (const seen of ordinaryMail(perHour, 50)) alarms.push(...findChanges(seen, defaultSignals))
      expect(alarms).toEqual([])
    }
  })
})

describe('a volume', () => {
  const daily = (today: number, usual = 1000): Hours =>
    hours((hour) => (hour % 24 === 10 ? { attempts: hour < 168 ? usual : today } : null))

  it('over twice the median of 7 days is found', () => {
    expect(found({ hours: daily(2000) })).toEqual([])
    expect(found({ hours: daily(2001) })).toEqual([
      {
        of: 'volume',
        subject: 'marketing',
        lanes: ['default'],
        numbers: { messages: 2001, usualMessagesPerDay: 1000, windowSeconds: 72_000 },
      },
    ])
  })

  it('of a small stream is not', () => {
    expect(found({ hours: daily(900, 10) })).toEqual([])
  })

  it('is not doubled by a mailing that goes a bit earlier than the day before', () => {
    const early = hours((hour) => (hour % 24 === 23 || hour === 168 ? { attempts: 1100 } : null))
    expect(found({ hours: early })).toEqual([])
  })

  it('says nothing of who sends once a week, or began this week', () => {
    const weekly = hours((hour) =>
      hour === 20 || hour === 188 ? { attempts: hour === 20 ? 1000 : 9000 } : null,
    )
    expect(found({ hours: weekly })).toEqual([])
    const warmUp = hours((hour) =>
      hour >= 48 && hour % 24 === 10 ? { attempts: 50 * 2 ** Math.floor(hour / 24) } : null,
    )
    expect(found({ hours: warmUp })).toEqual([])
  })
})
