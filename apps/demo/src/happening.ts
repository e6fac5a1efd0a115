/** What was decided about a mail after a try. The last two are those of providers that are not Apple. */
export type Outcome =
  | 'delivered'
  | 'retry'
  | 'hold'
  | 'soft-bounce'
  | 'suppress'
  | 'fail'
  | 'taken-elsewhere'
  | 'refused-elsewhere'

/** Why Haraka did not try to send. */
export type KeptBack = 'suppressed' | 'held' | 'later' | 'expired'

/**
 * Something that happened, as it is told on the screen. `at` is ms since the epoch, `connections` are those that the
 * shop made for this mail; replies are remote text.
 */
export type Happening = { at: number } & (
  | { kind: 'submitted'; recipient: string; connections: number; subject: string }
  | { kind: 'not-submitted'; recipient: string; connections: number; code: string; rule: string | null }
  | {
      kind: 'outcome'
      recipient: string
      outcome: Outcome
      rule: string | null
      reply: string
      /** ms since the epoch of the next try. */
      retryAt: number | null
    }
  | { kind: 'kept-back'; recipient: string; why: KeptBack }
  | {
      kind: 'scope'
      scope: string
      id: string
      change: 'held' | 'released'
      /** Whether an operator did it. */
      byHand: boolean
      /** Whose reply or delivery changed it. */
      recipient: string | null
    }
  | { kind: 'bounce'; recipient: string; to: string }
)

const finalOutcomes: ReadonlySet<Outcome> = new Set([
  'delivered',
  'soft-bounce',
  'suppress',
  'fail',
  'taken-elsewhere',
  'refused-elsewhere',
])

/** Whether nothing more is tried after it. */
export function isFinal(outcome: Outcome): boolean {
  return finalOutcomes.has(outcome)
}

/** Whether mail that was not tried is tried later. */
export function isKept(why: KeptBack): boolean {
  return why === 'held' || why === 'later'
}

/** Whether the mail arrived. */
export function hasArrived(outcome: Outcome): boolean {
  return outcome === 'delivered' || outcome === 'taken-elsewhere'
}
