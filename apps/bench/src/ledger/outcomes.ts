import type { Outcome } from '@icloud-delivery/engine'
import { random } from '../random.ts'
import { knownAddresses } from './task.ts'

/** One delivery attempt that was made. */
export interface Attempted {
  recipient: string
  messageId: string
  outcome: Outcome
}

const delivered: Outcome = { kind: 'delivered', text: '250 2.0.0 Ok: queued as 4F12345678' }

/**
 * Makes attempts that differ from all others it made: 92 % delivered, the rest refused by replies that stop no other
 * mail.
 */
export class Outcomes {
  readonly #random = random(587)
  #serial = 0

  next(): Attempted {
    // All addresses first, so that a warm-up makes them known; then any of them.
    const number = this.#serial < knownAddresses ? this.#serial : Math.floor(this.#random() * knownAddresses)
    const recipient = `anna${number}@icloud.com`
    const messageId = `<${this.#serial++}@example.com>`
    const chance = this.#random()
    if (chance < 0.92) return { recipient, messageId, outcome: delivered }
    const words =
      chance < 0.96 ? '552 5.2.2 <R>: user is over quota' : '550 5.1.1 <R>: inactive email address'
    return {
      recipient,
      messageId,
      outcome: { kind: 'reply', input: words.replace('R', recipient), mx: 'mx01.mail.icloud.com' },
    }
  }
}
