import type { Outcome } from '@icloud-delivery/engine'
import { random } from '../random.ts'

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
  /** How many warm a ledger up. */
  readonly firstPairs: number
  readonly #known: number
  readonly #inOrder: number
  readonly #random: () => number
  #serial = 0

  /**
   * @param known - how many addresses there are
   * @param seeded - whether the ledger knows them already; otherwise the first outcomes make them known
   * @param seed - other outcomes for another one
   */
  constructor(known: number, seeded: boolean, seed: number) {
    this.#random = random(587 + seed)
    this.#known = known
    this.#inOrder = seeded ? 0 : known
    this.firstPairs = seeded ? 3000 : known
  }

  next(): Attempted {
    const number = this.#serial < this.#inOrder ? this.#serial : Math.floor(this.#random() * this.#known)
    const recipient = `anna${number}@icloud.com`
    const messageId = `<${process.pid}.${this.#serial++}@example.com>`
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
