import { expect, it } from 'vitest'
import type { HMail } from './haraka.ts'
import { leaveHarakasSlots } from './haraka-slot.ts'

it("gives Haraka's place back at once, ends the turn once, and keeps nothing of the attempt after that", () => {
  const calls: string[] = []
  const turns = { over: () => void calls.push('over') }
  const waiting = (): HMail => ({ next_cb: () => void calls.push('free') }) as Partial<HMail> as HMail
  const hmail = waiting()
  leaveHarakasSlots(hmail, turns)
  leaveHarakasSlots(hmail, turns)
  expect(calls).toEqual(['free'])
  const { next_cb: ours } = hmail
  ours()
  ours()
  hmail.next_cb()
  leaveHarakasSlots(hmail, turns)
  expect(calls).toEqual(['free', 'over'])

  const other = waiting()
  leaveHarakasSlots(other, turns)
  other.next_cb()
  expect(other.next_cb).toBe(hmail.next_cb)
})
