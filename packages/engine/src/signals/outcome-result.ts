import type { Action } from '../record/action.ts'

/**
 * What an attempt counts as. `deferred`: Apple wants it later, or said nothing. `bounced`: for the recipient's reasons.
 * `refused`: for any other reason, such as policy, reputation, authentication or the IP. `expired`: too old by now.
 */
export type Result = 'delivered' | 'deferred' | 'bounced' | 'refused' | 'expired'

/** The {@link Result} of an attempt; `null` for what says nothing of Apple. */
export function resultOf(action: Action): Result | null {
  switch (action.type) {
    case 'delivered':
      return 'delivered'
    case 'handed-over':
    case 'pass':
      return null
    case 'retry':
      return 'deferred'
    case 'soft-bounce':
    case 'suppress':
      return 'bounced'
    case 'fail':
      return action.expired ? 'expired' : 'refused'
    case 'hold':
      if (action.verdict === null || action.verdict.disposition === 'retry') return 'deferred'
      return action.verdict.fault === 'recipient' ? 'bounced' : 'refused'
  }
}
