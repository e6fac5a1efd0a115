import type { RecipientState } from '../state/state.ts'
import type { Suppression } from '../state/suppression.ts'
import type { Trace } from './trace.ts'

/** What is left of a recipient's state once a reply is taken back, and the suppression that ended by it. */
export interface Undone {
  /** The same object as was passed in if nothing was left of that reply. */
  state: RecipientState
  suppression: Suppression | null
}

/** Takes back what one reply did to a recipient, and nothing else. Pure. */
export function undoTrace(state: RecipientState, trace: Trace): Undone {
  let next = state
  const isIt = ({ origin, at, rule }: Suppression): boolean =>
    origin === 'reply' && at === trace.at && rule === trace.rule
  const suppression = state.suppressions?.find(isIt) ?? null
  if (suppression !== null) {
    const { suppressions = [], ...rest } = next
    const kept = suppressions.filter((one) => one !== suppression)
    next = kept.length === 0 ? rest : { ...rest, suppressions: kept }
  }
  const { bounces: earlier } = trace
  const counted = next.softBounces?.find(
    ({ rule, lastAt }) => rule === trace.rule && lastAt === trace.at && earlier !== undefined,
  )
  if (counted !== undefined) {
    const { softBounces = [], ...rest } = next
    const kept = softBounces.flatMap((one) => {
      if (one !== counted) return [one]
      return earlier ? [earlier] : []
    })
    next = kept.length === 0 ? rest : { ...rest, softBounces: kept }
  }
  const { quarantine } = next
  if (quarantine?.rule === trace.rule && quarantine.at === trace.at) {
    const { quarantine: _, ...rest } = next
    next = rest
  }
  return { state: next, suppression }
}
