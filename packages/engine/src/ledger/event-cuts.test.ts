import { expect, it } from 'vitest'
import { EventCuts, isCut } from './event-cuts.ts'

const hour = 3_600_000
const day = 24 * hour
const now = Date.UTC(2026, 2, 1)

function firstCutTaken(): EventCuts {
  const cuts = new EventCuts(90 * 24 * 3600)
  cuts.note(now)
  expect(cuts.take()).toEqual({ before: now - 90 * day, after: now + day })
  return cuts
}

it('looks with the first event of a process, then after 500 events or an hour', () => {
  const cuts = firstCutTaken()
  expect(cuts.take()).toBeNull()
  for (let n = 0; n < 499; n++) cuts.note(now + n)
  expect(cuts.take()).toBeNull()
  cuts.note(now + 499)
  expect(cuts.take()?.before).toBe(now - 90 * day)
  cuts.note(now)
  cuts.note(now + hour - 1)
  expect(cuts.take()).toBeNull()
  cuts.note(now + hour)
  expect(cuts.take()?.before).toBe(now - 90 * day)
})

it('goes by the lowest time, so that a clock that is a year ahead for a moment costs nothing', () => {
  const cuts = firstCutTaken()
  cuts.note(now + 1)
  cuts.note(now + 365 * day)
  expect(cuts.take()?.before).toBe(now + 1 - 90 * day)
  cuts.note(NaN)
  expect(cuts.take()).toBeNull()
})

it('cuts what is too old, and what came from such a clock', () => {
  const cut = { before: now - 90 * day, after: now + day }
  const times = [now - 91 * day, now - 90 * day, now, now + day, now + 365 * day]
  expect(times.map((at) => isCut(at, cut))).toEqual([true, false, false, false, true])
})
