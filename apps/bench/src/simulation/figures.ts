/** Counts by name. */
export class Counts {
  private readonly counts = new Map<string, number>()

  add(name: string, by = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by)
  }

  of(name: string): number {
    return this.counts.get(name) ?? 0
  }

  /** The most frequent first. */
  all(): Record<string, number> {
    return Object.fromEntries([...this.counts].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)))
  }
}

/** What became of the mail. Messages end in one of `delivered`, `softBounced`, `failed`, `expired`, `suppressed`, `notSent`. */
export interface MailFigures {
  messages: number
  /** Attempts that Apple answered, or did not. */
  attempts: number
  delivered: number
  /** Attempts after which a message was to be tried again. */
  retried: number
  /** Attempts and questions after which a message had to wait for a hold. */
  held: number
  /** Questions after which a message had to wait for its recipient. */
  postponed: number
  softBounced: number
  failed: number
  /** Given up for their age. */
  expired: number
  /** Messages whose refusal suppressed the recipient. */
  suppressed: number
  /** Messages that were not sent, as the recipient was suppressed. */
  notSent: number
}

export function noMail(): MailFigures {
  return {
    messages: 0,
    attempts: 0,
    delivered: 0,
    retried: 0,
    held: 0,
    postponed: 0,
    softBounced: 0,
    failed: 0,
    expired: 0,
    suppressed: 0,
    notSent: 0,
  }
}

/** Messages of which it is not known what became of them: there should be none. */
export function unaccounted(mail: MailFigures): number {
  const { delivered, softBounced, failed, expired, suppressed, notSent } = mail
  return mail.messages - delivered - softBounced - failed - expired - suppressed - notSent
}
