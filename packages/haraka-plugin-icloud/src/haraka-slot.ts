import type { HMail } from './haraka.ts'
import { Marked } from './marked.ts'

const left = new Marked<() => void>()

/**
 * Gives one of Haraka's global slots (`concurrency_max`) back before the attempt begins, so that mail to Apple, which
 * waits for its lane, never keeps other providers' mail waiting. Haraka frees the slot where the attempt ends, and on
 * each of its ways: `ended` is called there instead.
 */
export function leaveHarakasSlots(hmail: HMail, ended: (hmail: HMail) => void): void {
  const free = hmail.next_cb
  if (left.has(free)) return
  let isOver = false
  const over = (): void => {
    if (isOver) return
    isOver = true
    ended(hmail)
  }
  left.add(over)
  hmail.next_cb = over
  free()
}
