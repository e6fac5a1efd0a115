import type { Decision } from '../decide/attempt.ts'
import type { State } from '../state/state.ts'

/**
 * A decision about mail to a seed: right for this message and this recipient, and nothing beyond it. What Apple says to test
 * mail neither closes nor opens a scope, slows no lane and raises no alert. Pure.
 */
export function uncounted({ action, nextState: { recipient } }: Decision, state: State): Decision {
  return {
    action: { ...action, holds: [] },
    nextState: { ...state, recipient },
    effects: [],
    uncounted: true,
  }
}
