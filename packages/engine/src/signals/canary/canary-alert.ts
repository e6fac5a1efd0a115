import type { Alert } from '../alert.ts'
import type { CanaryState, CanaryVerdict } from './canary-state.ts'

/** The alert of a canary that stopped its campaign. */
export function canaryAlert(
  id: string,
  { size }: CanaryState,
  { at, reason, replies }: CanaryVerdict,
): Alert {
  const { good, bad, recipientFaults, rule } = replies
  return {
    kind: 'canary-stopped',
    at,
    subject: id,
    message: `The campaign ${id} was stopped after its first recipients: ${reason}. The rest is held until the campaign is released.`,
    rule,
    numbers: { good, bad, recipientFaults, size },
    url: null,
    reply: null,
  }
}

/** An alert as a line of the event log. */
export function alertData({ kind, message, rule, numbers }: Alert): Record<string, unknown> {
  return { kind, message, rule, numbers }
}
