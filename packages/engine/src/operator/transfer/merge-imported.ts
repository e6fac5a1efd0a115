import type { Imported } from './read-suppression.ts'
import { withSuppression } from '../../state/recipient-state.ts'
import type { RecipientState } from '../../state/state.ts'

/**
 * A recipient with what a file says of it. Pure. Nothing is weakened: streams add up, and older evidence does not replace
 * newer. The same state if there is nothing new, as when a file is imported again.
 */
export function withImported(state: RecipientState, { suppression, isDated }: Imported): RecipientState {
  const before = state.suppressions?.find(({ origin }) => origin === suppression.origin)
  if (before === undefined) return withSuppression(state, suppression)
  const isNewer = isDated && suppression.at > before.at
  const evidence = isNewer ? suppression : before
  const next = withSuppression(state, { ...evidence, streams: suppression.streams })
  const after = next.suppressions?.find(({ origin }) => origin === suppression.origin)
  return !isNewer && String(after?.streams) === String(before.streams) ? state : next
}
