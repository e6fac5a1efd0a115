import { checkRecipients, type Slot } from './enter.ts'

/** A connection that was given: counts its messages, and is given back once. */
export function openSlot(
  lane: string,
  messages: number,
  on: { again: (recipients: number) => boolean; release: (unused: boolean) => void },
): Slot {
  let left = messages - 1
  let isReleased = false
  return {
    lane,
    messages,
    again: (recipients = 1) => {
      checkRecipients('again', recipients)
      if (isReleased || left === 0 || !on.again(recipients)) return false
      left--
      return true
    },
    release: ({ unused = false } = {}) => {
      if (isReleased) return
      isReleased = true
      on.release(unused)
    },
  }
}
