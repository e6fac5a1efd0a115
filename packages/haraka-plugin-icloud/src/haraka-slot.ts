import type { HMail } from './haraka.ts'
import { Marked } from './marked.ts'
import type { Turns } from './turns.ts'

const left = new Marked<() => void>()

/** Stands where the attempt has ended, and keeps nothing of it alive while the message waits. */
function isOverAlready(): void {}
left.add(isOverAlready)

/**
 * Gives one of Haraka's global slots (`concurrency_max`) back before the attempt begins, so that mail to Apple, which
 * waits for its lane, never keeps other providers' mail waiting. Haraka frees the slot where the attempt ends, and on
 * each of its ways: the turn on the lane is over there instead.
 */
export function leaveHarakasSlots(hmail: HMail, turns: Pick<Turns, 'over'>): void {
  const free = hmail.next_cb
  if (left.has(free)) return
  let isOver = false
  const over = (): void => {
    if (isOver) return
    isOver = true
    if (hmail.next_cb === over) hmail.next_cb = isOverAlready
    turns.over(hmail)
  }
  left.add(over)
  hmail.next_cb = over
  free()
}
