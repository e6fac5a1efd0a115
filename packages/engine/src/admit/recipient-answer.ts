import type { Admission, ExpiredAdmission } from './admission.ts'
import { expired, sendable } from './answers.ts'
import { covers } from './covers.ts'
import type { Admittance } from './decide-admission.ts'
import { clockSlackMs } from '../decide/decide-hold.ts'
import { isPaused, type Pause } from '../decide/pause.ts'
import { isInForce } from '../decide/quarantine.ts'
import { longestWaitSeconds } from '../decide/retry-time.ts'
import type { Policy } from '../policy/policy.ts'
import type { RecipientState } from '../state/state.ts'
import type { Suppression } from '../state/suppression.ts'

const none = { counts: null, ignored: null }

/**
 * The suppression that stops mail of this stream, and one that would, but does not count: Apple's word about a mailbox
 * whose domain has moved away from Apple.
 */
export function suppressionOf(
  { suppressions }: RecipientState,
  stream: string,
  isElsewhere: boolean,
): { counts: Suppression | null; ignored: Suppression | null } {
  if (suppressions === undefined) return none
  let ignored: Suppression | null = null
  for (const suppression of suppressions) {
    if (!covers(suppression, stream)) continue
    if (!isElsewhere || suppression.origin !== 'reply') return { counts: suppression, ignored: null }
    ignored = suppression
  }
  return { counts: null, ignored }
}

/** Never send it, and why. */
export function suppressed(recipient: string, suppression: Suppression): Admission {
  const reason =
    suppression.rule === null ? `suppressed: ${suppression.origin}` : `suppressed: ${suppression.rule}`
  return { ...sendable(recipient, reason), decision: 'suppressed', rule: suppression.rule, suppression }
}

/** Why this recipient has to wait, whatever the scopes say; `null` if it has not. Pure. */
export function recipientWait(
  recipient: string,
  state: RecipientState,
  pause: Pause | null,
  { messageId }: Pick<Admittance, 'messageId'>,
  expiresAt: number,
  now: number,
  policy: Policy,
): Admission | null {
  const { deferred, quarantine, deliveredAt } = state
  if (isInForce(quarantine, deliveredAt, now) && now < quarantine.until) {
    const { rule, until } = quarantine
    const why = `${rule}: quarantined, as Apple took mail for it lately`
    return waitFor(recipient, rule, why, until, expiresAt)
  }
  if (pause !== null && isPaused(pause, messageId, now)) {
    const { rule } = pause
    const { nextTryAt } = pause.failures
    return waitFor(
      recipient,
      rule,
      `${rule}: mail of this stream pauses, after weeks of it`,
      nextTryAt,
      expiresAt,
    )
  }
  if (deferred && now < deferred.until && isWithinReach(deferred, now, policy)) {
    const { rule, until } = deferred
    if (now >= expiresAt) return expired(recipient, rule)
    return {
      ...sendable(recipient, `${rule}: Apple slows this recipient down`),
      decision: 'later',
      rule,
      retryAt: Math.min(until, expiresAt),
    }
  }
  return null
}

/** Not longer than its rule makes anybody wait: the clock may have been set back since. */
function isWithinReach(
  { until, rule }: NonNullable<RecipientState['deferred']>,
  now: number,
  policy: Policy,
): boolean {
  const longest = longestWaitSeconds(policy.rules[rule] ?? {}, policy)
  return until <= now + longest * 1000 + clockSlackMs
}

/** Weeks, or days: what is too old by then is given up at once, so that its sender hears of it. */
function waitFor(recipient: string, rule: string, why: string, until: number, expiresAt: number): Admission {
  if (expiresAt < until) return expiredFor(recipient, rule, why)
  return { ...sendable(recipient, why), decision: 'later', rule, retryAt: until }
}

function expiredFor(recipient: string, rule: string, why: string): ExpiredAdmission {
  const reason = `${why}; expired (5.4.7), as it cannot wait for so long`
  return { ...sendable(recipient, reason), decision: 'expired', rule }
}
