/** What a stream sent over a lane in the last day. */
export interface Sent {
  stream: string
  attempts: number
  isUrgent: boolean
}

/** The one that sent most is meant if it sent so many times what the next one did. */
const clearly = 2

/**
 * The stream that most likely led to a block: the one that sent most, or, if that is not clear, the one that met the
 * block. Urgent mail is asked for and seldom to blame: it is meant only if there was no other.
 *
 * @param met the stream that met the block, if known
 */
export function suspectOf(sent: readonly Sent[], met: string | null): string | null {
  const others = sent.filter(({ isUrgent }) => !isUrgent)
  const candidates = (others.length > 0 ? others : sent).toSorted((a, b) => b.attempts - a.attempts)
  const [first, second] = candidates
  if (first === undefined) return met
  if (second === undefined || first.attempts >= clearly * second.attempts) return first.stream
  return candidates.some(({ stream }) => stream === met) ? met : first.stream
}
