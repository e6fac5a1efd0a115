import type { Attempt, Effect } from './attempt.ts'
import { campaignClosingOf, closingOf, familyOf, heardAt, type Closing } from './closing.ts'
import { afterReplies, isEnough, isShare, withReply } from './count-reply.ts'
import { isProbe, isProbeDue, passProbeOn, refuseProbe, withinReach } from './decide-hold.ts'
import { holdAlert, unregisteredAlert } from './hold-alert.ts'
import type { Policy } from '../policy/policy.ts'
import type { Trouble } from './refusal.ts'
import { keptReply } from './reply-suppression.ts'
import {
  scopeKey,
  scopesOf,
  type Recent,
  type ScopeState,
  type State,
  type StoredHold,
} from '../state/state.ts'

/** What a refusal does to the scopes that the message passed. */
export interface Touched {
  scopes: readonly ScopeState[]
  effects: readonly Effect[]
  /** Set if this message was the probe of a hold and met the same trouble again: ms of the next probe. */
  nextProbeAt: number | null
}

/**
 * Refused probes go back to hold; everything else that counts towards a hold is counted where it belongs. Behind a relay
 * there is no scope. Pure.
 *
 * @param now ms since the epoch
 */
export function touchScopes(
  trouble: Trouble,
  state: State,
  now: number,
  policy: Policy,
  attempt: Attempt,
): Touched {
  const { rule, says, rulePolicy } = trouble
  const refs = scopesOf(attempt)
  const campaign = campaignClosingOf(trouble, attempt)
  const closings = new Map(
    [closingOf(trouble, attempt, policy), campaign].flatMap((closing) =>
      closing === null ? [] : [[scopeKey(closing.ref), closing] as const],
    ),
  )
  const stream = refs.findIndex(({ scope }) => scope === 'stream')
  const wasTold =
    attempt.campaign === null && campaign !== null && isTold(state.scopes[stream] ?? {}, campaign, now)
  let isMessageHeld = false
  const effects: Effect[] = []
  let nextProbeAt: number | null = null

  const scopes = state.scopes.map((stored, index) => {
    const ref = refs[index]
    const scope = withinReach(stored, now)
    if (ref === undefined) return scope
    const wasProbe = isProbe(scope.hold, attempt)
    const isSame = scope.hold && familyOf(scope.hold.rule, policy) === familyOf(rule, policy)
    if (scope.hold && isSame && (wasProbe || isProbeDue(scope.hold, now))) {
      const refused = refuseProbe(scope, now)
      if (wasProbe) nextProbeAt = Math.max(nextProbeAt ?? 0, refused.hold?.until ?? 0)
      return refused
    }
    // Apple heard it and spoke of the recipient alone: that tells nothing of the hold, so the next may try at once.
    if (wasProbe && says.scope === 'recipient') return passProbeOn(scope, now)
    const closing = closings.get(scopeKey(ref))
    if (closing === undefined) return scope
    const met = meet(scope, closing, { ...trouble, wasProbe }, attempt, now, state.recent)
    if (closing === campaign && attempt.campaign === null && met.scope.hold !== scope.hold) {
      isMessageHeld = true
      effects.push(...met.effects.filter(({ type }) => type !== 'alert' || !wasTold))
    } else effects.push(...met.effects)
    return met.scope
  })
  if (rulePolicy.slowsLane && refs.length > 0) effects.push({ type: 'slow', lane: attempt.lane, rule })
  if (isMessageHeld && !wasTold) {
    const held = scopes[stream]
    if (held !== undefined) scopes[stream] = { ...held, messageHeldAt: now }
  }
  return { scopes, effects, nextProbeAt }
}

/** One reply at the scope that it may close. */
function meet(
  scope: ScopeState,
  closing: Closing,
  trouble: Trouble & { wasProbe: boolean },
  attempt: Attempt,
  now: number,
  recent: Recent | undefined,
): { scope: ScopeState; effects: Effect[] } {
  const heard = { ...heardAt(closing, trouble, attempt), wasProbe: trouble.wasProbe }
  const counted = withReply(scope, closing.hold, heard, now)
  if (counted === null) return { scope, effects: [] }
  const effects: Effect[] = []
  const closes = isEnough(counted, closing.hold, heard) && isShare(recent, closing.hold)
  let next = afterReplies(scope, counted, closes ? holdOf(closing, trouble, attempt, now) : null)
  if (closes) effects.push({ type: 'held', hold: closing.ref })
  if (closing.kind === 'private-relay') {
    // It has to be registered with Apple, however few it is sent to: one reply is enough to tell of it.
    if (!scope.alerted) effects.push({ type: 'alert', alert: unregisteredAlert(closing, trouble, now) })
    next = { ...next, alerted: true }
  } else if (closes) {
    const count = counted.replies.length
    effects.push({ type: 'alert', alert: holdAlert(closing, trouble, { count, recent }, now) })
  }
  return { scope: next, effects }
}

function holdOf(
  { kind, hold }: Closing,
  { rule, says }: Trouble,
  { stream }: Attempt,
  now: number,
): StoredHold {
  const { forSeconds, probeEverySeconds, engagedOnlySeconds } = hold
  const stored: StoredHold = {
    rule,
    since: now,
    until: now + forSeconds * 1000,
    probeEverySeconds,
    forSeconds,
    probe: null,
    reply: keptReply(says.text),
  }
  const goesOnWithFew = kind === 'stream' && stream === 'marketing' && engagedOnlySeconds != null
  return goesOnWithFew ? { ...stored, engagedOnlySeconds } : stored
}

/** One alert an hour tells of such messages, and not one each: there may be many, and one cause. */
function isTold({ messageHeldAt }: ScopeState, { hold }: Closing, now: number): boolean {
  return messageHeldAt !== undefined && Math.abs(now - messageHeldAt) < hold.forSeconds * 1000
}
