import type { Admission, ExpiredAdmission, SendAdmission } from './admission.ts'
import { covers } from './covers.ts'
import { isClosed, isProbeDue, isUnderWay, leaseProbe } from '../decide/decide-hold.ts'
import type { Policy } from '../policy/policy.ts'
import { expiryOf } from '../decide/retry-time.ts'
import {
  scopesOf,
  type ProbeLease,
  type RecipientState,
  type ScopeState,
  type StoredHold,
} from '../state/state.ts'
import type { Route } from '../subject.ts'
import type { HoldRef } from '../record/action.ts'

/** What {@link decideAdmission} looks at, besides what is remembered. */
export interface Admittance extends Route {
  /** As the host wrote them, and folded: `null` for what is no address. */
  recipients: readonly { recipient: string; address: string | null }[]
  messageId: string | null
  acceptedAt: number | null
}

/** The answers, and the scopes with the probes that were let through. */
export interface AdmissionDecision {
  admissions: Admission[]
  /** The same array as was passed in if no probe was let through. */
  scopes: readonly ScopeState[]
}

/**
 * What may go now. Pure. `recipients` stands in the order of the request, `scopes` in that of `scopesOf`.
 *
 * @param now ms since the epoch
 */
export function decideAdmission(
  request: Admittance,
  recipients: readonly RecipientState[],
  scopes: readonly ScopeState[],
  now: number,
  policy: Policy,
): AdmissionDecision {
  const expiresAt = expiresAtOf(request, policy)
  const { messageId } = request
  const isBehindHold = scopes.some(({ hold }) => isClosed(hold, now))
  const refs = isBehindHold ? scopesOf(request) : []
  let current = scopes
  let probes = 0

  const admissions = request.recipients.map(({ recipient, address }, index): Admission => {
    const state = recipients[index] ?? {}
    if (address === null) return sendable(recipient, 'not an address that could be remembered')

    const suppression = state.suppressions?.find((candidate) => covers(candidate, request.stream))
    if (suppression) {
      const reason =
        suppression.rule === null ? `suppressed: ${suppression.origin}` : `suppressed: ${suppression.rule}`
      return { ...sendable(recipient, reason), decision: 'suppressed', rule: suppression.rule, suppression }
    }
    if (request.hop === 'relay') return sendable(recipient, 'not suppressed')

    if (state.deferred && now < state.deferred.until) {
      const { rule, until } = state.deferred
      if (now >= expiresAt) return expired(recipient, rule)
      return {
        ...sendable(recipient, `${rule}: Apple slows this recipient down`),
        decision: 'later',
        rule,
        retryAt: until,
      }
    }

    const wall = isBehindHold ? firstWall(refs, current, messageId, now) : null
    if (wall === null) {
      if (!isBehindHold) return sendable(recipient, 'nothing against it')
      probes++
      if (messageId === null)
        current = withLease(current, { messageId, recipient: address, at: now, waiting: 1 })
      return sendable(recipient, 'a probe: it shows whether the hold is over')
    }
    if (now >= expiresAt) return expired(recipient, wall.hold.rule)
    return {
      ...sendable(recipient, `${wall.hold.rule}: ${wall.ref.scope} ${wall.ref.id} is held`),
      decision: 'held',
      rule: wall.hold.rule,
      retryAt: Math.min(wall.hold.until, expiresAt),
      hold: wall.ref,
    }
  })
  if (messageId !== null && probes > 0)
    current = withLease(current, { messageId, recipient: null, at: now, waiting: probes })
  return { admissions, scopes: current }
}

/** Leases the probe of every hold that has one due; the same array if there is none, as for a message under way. */
function withLease(scopes: readonly ScopeState[], probe: ProbeLease): readonly ScopeState[] {
  const isDue = ({ hold }: ScopeState): boolean => hold !== undefined && isProbeDue(hold, probe.at)
  return scopes.some(isDue)
    ? scopes.map((scope) => (isDue(scope) ? leaseProbe(scope, probe) : scope))
    : scopes
}

/** The closed scope that lasts longest, unless this message may go through all of them as the probe. */
function firstWall(
  refs: readonly HoldRef[],
  scopes: readonly ScopeState[],
  messageId: string | null,
  now: number,
): { ref: HoldRef; hold: StoredHold } | null {
  let wall: { ref: HoldRef; hold: StoredHold } | null = null
  for (const [index, ref] of refs.entries()) {
    const hold = scopes[index]?.hold
    if (!isClosed(hold, now) || isProbeDue(hold, now) || isUnderWay(hold, messageId)) continue
    if (wall === null || hold.until > wall.hold.until) wall = { ref, hold }
  }
  return wall
}

function sendable(recipient: string, reason: string): SendAdmission {
  return { recipient, decision: 'send', reason, rule: null, retryAt: null, suppression: null, hold: null }
}

function expired(recipient: string, rule: string): ExpiredAdmission {
  const reason = `${rule}: expired (5.4.7) while it had to wait`
  return { ...sendable(recipient, reason), decision: 'expired', rule }
}

function expiresAtOf(request: Admittance, policy: Policy): number {
  return request.acceptedAt === null ? Infinity : expiryOf(request.acceptedAt, request.stream, policy)
}

/** The answers for a ledger that is out of reach: what people wait for goes, everything else waits for the ledger. */
export function admitBlindly(request: Admittance, now: number, policy: Policy): Admission[] {
  const expiresAt = expiresAtOf(request, policy)
  return request.recipients.map(({ recipient }): Admission => {
    if (request.stream === 'transactional')
      return sendable(recipient, 'the ledger is out of reach; transactional mail goes')
    if (now >= expiresAt) {
      return {
        ...sendable(recipient, 'expired (5.4.7) while the ledger was out of reach'),
        decision: 'expired',
      }
    }
    return {
      ...sendable(recipient, 'the ledger is out of reach; held until it is back'),
      decision: 'held',
      retryAt: now + policy.ledgerRetrySeconds * 1000,
    }
  })
}
