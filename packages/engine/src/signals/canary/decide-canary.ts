import { deadlineOf, type CanaryReplies, type CanaryState, type CanaryVerdict } from './canary-state.ts'

/**
 * Whether the rest of a campaign goes. Pure. `null`: it is too early to say. Too many refusals stop it at once; otherwise
 * the first ones have to answer, or the wait to be over and half of them to have answered.
 *
 * @param now ms since the epoch
 */
export function decideCanary(state: CanaryState, replies: CanaryReplies, now: number): CanaryVerdict | null {
  const { good, bad, recipientFaults } = replies
  const answered = good + bad + recipientFaults
  const verdict = (type: CanaryVerdict['type'], reason: string): CanaryVerdict => ({
    type,
    at: now,
    reason,
    replies,
  })
  const isOver = now >= (deadlineOf(state) ?? Infinity)
  const isFull = answered >= state.size
  const of = isFull || isOver ? answered : state.size
  const named = replies.rule === null ? '' : `, mostly ${replies.rule}`
  if (bad > limitOf(state.maxBad, of)) {
    const reason = `${bad} of ${answered} replies were refusals for the sender's reasons${named}`
    return verdict('stop', `${reason}; at most ${limitText(state.maxBad)} may be`)
  }
  if (recipientFaults > limitOf(state.maxRecipientFaults, of)) {
    const reason = `${recipientFaults} of ${answered} replies were about the recipients${named}`
    return verdict(
      'stop',
      `${reason}; at most ${limitText(state.maxRecipientFaults)} may be: is this list old?`,
    )
  }
  if (isFull) return verdict('go', `${good} of ${answered} were accepted`)
  if (!isOver) return null
  const asked = state.seats?.length ?? 0
  if (answered * 2 < asked)
    return verdict('stop', `only ${answered} of ${asked} had an answer after ${state.waitSeconds} s`)
  return verdict('go', `${good} of ${answered} were accepted in ${state.waitSeconds} s`)
}

/** Who of these may go: those that were let go before, and the next ones while there is room. Pure. */
export function takeSeats(
  state: CanaryState,
  digests: readonly string[],
  now: number,
): { state: CanaryState; seated: ReadonlySet<string> } {
  const seats = [...(state.seats ?? [])]
  const taken = new Set(seats)
  const seated = new Set<string>()
  for (const digest of digests) {
    if (!taken.has(digest)) {
      if (seats.length >= state.size) continue
      seats.push(digest)
      taken.add(digest)
    }
    seated.add(digest)
  }
  const isSame = seats.length === (state.seats?.length ?? 0)
  return { state: isSame ? state : { ...state, seats, firstAt: state.firstAt ?? now }, seated }
}

function limitOf(most: number, of: number): number {
  return most < 1 ? most * of : most
}

function limitText(most: number): string {
  return most < 1 ? `${Math.round(most * 10_000) / 100} %` : String(most)
}
