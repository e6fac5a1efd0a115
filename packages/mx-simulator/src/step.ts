/** The points of a session at which a step can answer. `eod` is the answer to the final dot. */
export type StepPhase = 'connect' | 'helo' | 'mail' | 'rcpt' | 'data' | 'eod'

/** What any step may say besides its answer. */
export interface StepDetails {
  /**
   * Where in the session to answer. Default: the phase in which Apple gives this reply; for a reply of your own
   * `rcpt`, or `connect` for a step of a connection. A phase that is already past means at once.
   */
  phase?: StepPhase
  /** How often the step is used before the next one. A whole number from 1. Default 1; the last step repeats. */
  times?: number
  /** Milliseconds to wait before the answer. Default 0. */
  delayMs?: number
  /** What to wait for before the answer, besides: so a test goes on by what happened, and not by the time it took. */
  until?: PromiseLike<unknown>
  /** Close the connection after the answer. Default: only after a 421 greeting and after `too-many-errors`. */
  close?: boolean
  /** Close the connection instead of answering. With `accept` at `eod` the message is taken all the same. */
  drop?: boolean
}

/**
 * One answer of a script.
 *
 * - `{ accept: true }`: as if there were no script
 * - `{ rule: 'mailbox-full' }`: Apple's reply that this rule describes; `example` picks one of the rule's examples,
 *   counted from 0
 * - `{ reply: '450 4.2.2 try later' }`: this reply, word for word; lines are separated by `\n`
 * - `{ drop: true }`: hang up without a word
 */
export type Step = StepDetails &
  ({ accept: true } | { rule: string; example?: number } | { reply: string } | { drop: true })

const order: readonly StepPhase[] = ['connect', 'helo', 'mail', 'rcpt', 'data', 'eod']

export function isStepPhase(value: unknown): value is StepPhase {
  return (order as readonly unknown[]).includes(value)
}

export function laterPhase(a: StepPhase, b: StepPhase): StepPhase {
  return order.indexOf(a) < order.indexOf(b) ? b : a
}
