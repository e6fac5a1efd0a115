import type { Address, HMail } from './haraka.ts'
import { carryOver } from './outcome.ts'

/**
 * A new message, with a queue file of its own, for some but not all of the recipients of `hmail`, which stays as it is.
 */
export function splitOff(hmail: HMail, recipients: readonly Address[]): Promise<HMail> {
  return new Promise((resolve) => {
    // If the file cannot be written, Haraka bounces the message and never calls back. It refuses to run its bounce hooks,
    // with an exception that nobody catches, while hooks are left over; they are not wanted after a split anyway.
    hmail.hooks_to_run = []
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
