import { domainOf, isAtPrivateRelay } from '../address.ts'
import type { Admission } from './admission.ts'
import { expired, notAnAddress, notSuppressed, sendable } from './answers.ts'
import { recipientWait, suppressed, suppressionOf } from './recipient-answer.ts'
import { allWithinReach, isClosed, isEngagedOnly } from '../decide/decide-hold.ts'
import { leaseTry, pauseOf } from '../decide/pause.ts'
import type { Policy } from '../policy/policy.ts'
import { expiryOf } from '../decide/retry-time.ts'
import {
  scopeOf,
  scopesOf,
  type EngagedOnly,
  type RecipientState,
  type ScopeState,
  type Way,
} from '../state/state.ts'
import { Walls } from './walls.ts'

/** What {@link decideAdmission} looks at, besides what is remembered. */
export interface Admittance extends Way {
  /** As the host wrote them, and folded: `null` for what is no address. */
  recipients: readonly { recipient: string; address: string | null }[]
  messageId: string | null
  acceptedAt: number | null
  deliverBy: number | null
  /** Domains of recipients whose MX is known not to be at Apple. What is left out counts as Apple's. */
  elsewhere?: ReadonlySet<string>
  /** Who asks: see {@link ProbeLease}. */
  process?: string
}

/** The answers, and what is to be remembered of what was let through. */
export interface AdmissionDecision {
  admissions: Admission[]
  /** The same array as was passed in if nothing is to be written: no probe was let through, no hold was mended. */
  scopes: readonly ScopeState[]
  /** By address, of those that are tried once although their stream pauses. */
  recipients: ReadonlyMap<string, RecipientState>
  /** Those of the admissions that are about test mail, and count for nothing; `null` if there is none. */
  uncounted: ReadonlySet<Admission> | null
}

/**
 * What may go now. Pure. `recipients` stands in the order of the request, `scopes` in that of `scopesOf`.
 *
 * @param now ms since the epoch
 * @param engaged who reads, in the order of the request: for a stream that is {@link engagedOnly}
 */
export function decideAdmission(
  request: Admittance,
  recipients: readonly RecipientState[],
  stored: readonly ScopeState[],
  now: number,
  policy: Policy,
  engaged: readonly boolean[] = [],
): AdmissionDecision {
  const scopes = allWithinReach(stored, now)
  const expiresAt = expiryOf(request, request.stream, policy)
  const { messageId } = request
  const walls = scopes.some(({ hold }) => isClosed(hold, now))
    ? new Walls(scopesOf(request), scopes, { messageId, now, process: request.process })
    : null
  const few = engagedOnly(request, scopes, now)
  const changed = new Map<string, RecipientState>()

  const answer = ({ recipient, address }: Admittance['recipients'][number], index: number): Admission => {
    const state = changed.get(address ?? '') ?? recipients[index] ?? {}
    if (address === null) return sendable(recipient, notAnAddress)

    const isElsewhere = request.elsewhere?.size ? request.elsewhere.has(domainOf(recipient) ?? '') : false
    const { counts, ignored } = suppressionOf(state, request.stream, isElsewhere)
    if (counts !== null) return suppressed(recipient, counts)
    const free = ignored ? `${ignored.rule}: does not count, as the MX of its domain is not at Apple` : null
    if (request.hop === 'relay') return sendable(recipient, free ?? notSuppressed)
    if (request.deliverBy !== null && now >= request.deliverBy) return expired(recipient, null)

    const pause = pauseOf(state, request.stream, policy)
    const wait = recipientWait(recipient, state, pause, request, expiresAt, now, policy)
    if (wait !== null) return wait

    if (few !== null && !engaged[index]) {
      const { rule, since, seconds } = few
      if (now >= expiresAt) return expired(recipient, rule)
      const reason = `${rule}: ${request.stream} goes on with engaged readers only`
      const retryAt = Math.min(since + seconds * 1000, now + seconds * 1000, expiresAt)
      // Not the hold that was there before: it is over, and lets those go who read.
      const ref = scopeOf('stream', request)
      const hold = ref && { ...ref, engagedOnly: true as const }
      return { ...sendable(recipient, reason), decision: 'held', rule, retryAt, hold }
    }

    const isRelay = walls !== null && isAtPrivateRelay(recipient)
    const { wall, isProbe } = walls?.meet(address, isRelay, state.seed) ?? open
    if (wall === null) {
      if (pause !== null) {
        const leased = leaseTry(state, pause, messageId, now)
        if (leased !== state) changed.set(address, leased)
      }
      if (!isProbe) return sendable(recipient, free ?? 'nothing against it')
      walls?.pass(address, isRelay)
      return sendable(recipient, 'a probe: it shows whether the hold is over')
    }
    if (now >= expiresAt) return expired(recipient, wall.rule)
    return {
      ...sendable(
        recipient,
        `${wall.rule}: ${wall.ref.scope} ${wall.ref.id} ${wall.isFull ? 'goes on some at a time' : 'is held'}`,
      ),
      decision: 'held',
      rule: wall.rule,
      retryAt: Math.min(wall.until, expiresAt),
      hold: wall.ref,
    }
  }
  const admissions = request.recipients.map(answer)
  const isTest = (_: Admission, index: number): boolean => recipients[index]?.seed === true
  const uncounted = recipients.some(({ seed }) => seed) ? new Set(admissions.filter(isTest)) : null
  return { admissions, scopes: walls?.leased() ?? scopes, recipients: changed, uncounted }
}

/** No scope on the way is closed. */
const open = { wall: null, isProbe: false } as const

/** Set if mail of this stream goes to engaged readers only: after a hold about its reputation. Pure. */
export function engagedOnly(
  { hop, stream }: Pick<Way, 'hop' | 'stream'>,
  scopes: readonly ScopeState[],
  now: number,
): EngagedOnly | null {
  if (hop === 'relay' || stream !== 'marketing') return null
  return scopes.find((scope) => isEngagedOnly(scope, now))?.engagedOnly ?? null
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
