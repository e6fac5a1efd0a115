import type { Address, HMail } from './haraka.ts'
import { carryOver } from './outcome.ts'

/**
 * A new message, with a queue file of its own, for some but not all of the recipients of `hmail`, which stays as it is.
 */
export function splitOff(hmail: HMail, recipients: readonly Address[]): Promise<HMail> {
  return new Promise((resolve) => {
    hmail.split_to_new_recipients([...recipients], 'Recipients go separate ways', (part) => {
      for (const [index, copy] of (part.todo?.rcpt_to ?? []).entries()) {
        const original = recipients[index]
        if (original) carryOver(original, copy)
      }
      // Haraka starts counting anew.
      part.num_failures = hmail.num_failures
      resolve(part)
    })
  })
}
