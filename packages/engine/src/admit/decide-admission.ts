import { domainOf } from '../address.ts'
import type { Admission } from './admission.ts'
import { expired, sendable } from './answers.ts'
import { recipientWait, suppressed, suppressionOf } from './recipient-answer.ts'
import { isClosed, isProbeDue, isUnderWay, leaseProbe } from '../decide/decide-hold.ts'
import { leaseTry, pauseOf } from '../decide/pause.ts'
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
  deliverBy: number | null
  /** Domains of recipients whose MX is known not to be at Apple. What is left out counts as Apple's. */
  elsewhere?: ReadonlySet<string>
}

/** The answers, and what is to be remembered of what was let through. */
export interface AdmissionDecision {
  admissions: Admission[]
  /** The same array as was passed in if no probe was let through. */
  scopes: readonly ScopeState[]
  /** By address, of those that are tried once although their stream pauses. */
  recipients: ReadonlyMap<string, RecipientState>
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
  const expiresAt = expiryOf(request, request.stream, policy)
  const { messageId } = request
  const isBehindHold = scopes.some(({ hold }) => isClosed(hold, now))
  const refs = isBehindHold ? scopesOf(request) : []
  let current = scopes
  let probes = 0
  const changed = new Map<string, RecipientState>()

  const admissions = request.recipients.map(({ recipient, address }, index): Admission => {
    const state = changed.get(address ?? '') ?? recipients[index] ?? {}
    if (address === null) return sendable(recipient, 'not an address that could be remembered')

    const isElsewhere = request.elsewhere?.size ? request.elsewhere.has(domainOf(recipient) ?? '') : false
    const { counts, ignored } = suppressionOf(state, request.stream, isElsewhere)
    if (counts !== null) return suppressed(recipient, counts)
    const free = ignored ? `${ignored.rule}: does not count, as the MX of its domain is not at Apple` : null
    if (request.hop === 'relay') return sendable(recipient, free ?? 'not suppressed')
    if (request.deliverBy !== null && now >= request.deliverBy) return expired(recipient, null)

    const pause = pauseOf(state, request.stream, policy)
    const wait = recipientWait(recipient, state, pause, request, expiresAt, now)
    if (wait !== null) return wait

    const wall = isBehindHold ? firstWall(refs, current, messageId, now) : null
    if (wall === null) {
      if (pause !== null) {
        const leased = leaseTry(state, pause, messageId, now)
        if (leased !== state) changed.set(address, leased)
      }
      if (!isBehindHold) return sendable(recipient, free ?? 'nothing against it')
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
  return { admissions, scopes: current, recipients: changed }
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

/** The answers for a ledger that is out of reach: what people wait for goes, everything else waits for the ledger. */
export function admitBlindly(request: Admittance, now: number, policy: Policy): Admission[] {
  const expiresAt = expiryOf(request, request.stream, policy)
  return request.recipients.map(({ recipient }): Admission => {
    if (request.hop === 'direct' && request.deliverBy !== null && now >= request.deliverBy)
      return expired(recipient, null)
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
