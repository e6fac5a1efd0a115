import type { Attempt, Effect } from './attempt.ts'
import { campaignClosingOf, closingOf, familyOf, heardAt, type Closing } from './closing.ts'
import { afterReplies, isEnough, isShare, withReply } from './count-reply.ts'
import { isProbe, isProbeDue, passProbeOn, refuseProbe, withinReach } from './decide-hold.ts'
import { answered, closedAgain, isHalfOpen, type HalfOpenHold } from './half-open.ts'
import { holdAlert, unregisteredAlert } from './hold-alert.ts'
import type { Policy } from '../policy/policy.ts'
import type { Trouble } from './refusal.ts'
import { keptReply } from './reply-suppression.ts'
import { messageHeldAt, withMessageHeld } from '../state/held-messages.ts'
import {
  scopeKey,
  scopesOf,
  type CountedReplies,
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
    attempt.campaign === null &&
    campaign !== null &&
    isLately(state.scopes[stream]?.messageHeldAt, campaign, now)
  let isMessageHeld = false
  const effects: Effect[] = []
  let nextProbeAt: number | null = null

  const scopes = state.scopes.map((stored, index) => {
    const ref = refs[index]
    const scope = withinReach(stored, now)
    if (ref === undefined) return scope
    const wasProbe = isProbe(scope.hold, attempt)
    const isSame = scope.hold && familyOf(scope.hold.rule, policy) === familyOf(rule, policy)
    if (isHalfOpen(scope.hold) && isSame) {
      const met = meetHalfOpen(scope, scope.hold, closings.get(scopeKey(ref)), trouble, attempt, now)
      effects.push(...met.effects)
      return met.scope
    }
    if (scope.hold && isSame && (wasProbe || isProbeDue(scope.hold, now))) {
      const refused = refuseProbe(scope, now)
      if (wasProbe) nextProbeAt = Math.max(nextProbeAt ?? 0, refused.hold?.until ?? 0)
      return refused
    }
    // Apple heard it and spoke of the recipient alone: that tells nothing of the hold, so the next may try at once.
    if (wasProbe && says.scope === 'recipient') return passProbeOn(scope, now)
    const closing = closings.get(scopeKey(ref))
    if (closing === undefined) return answered(scope, attempt)
    const met = meet(scope, closing, { ...trouble, wasProbe }, attempt, now, state.recent)
    if (closing === campaign && attempt.campaign === null && met.scope.hold !== scope.hold) {
      isMessageHeld = true
      effects.push(...met.effects.filter(({ type }) => type !== 'alert' || !wasTold))
    } else effects.push(...met.effects)
    return answered(met.scope, attempt)
  })
  if (rulePolicy.slowsLane && refs.length > 0) effects.push({ type: 'slow', lane: attempt.lane, rule })
  if (isMessageHeld && !wasTold) {
    const held = scopes[stream]
    if (held !== undefined) scopes[stream] = { ...held, messageHeldAt: now }
  }
  // The message may come by another lane, which has another stream: what both pass is the sending domain.
  const domain = isMessageHeld ? refs.findIndex(({ scope }) => scope === 'sending-domain') : -1
  const sending = scopes[domain]
  if (sending !== undefined && campaign !== null && attempt.senderDomain !== null) {
    const before = messageHeldAt(sending, attempt.stream)
    if (!isLately(before, campaign, now)) scopes[domain] = withMessageHeld(sending, attempt.stream, now)
  }
  return { scopes, effects, nextProbeAt }
}

/** One more reply at a scope that goes on some at a time. It has been told of, so it is not told of again. */
function meetHalfOpen(
  scope: ScopeState,
  hold: HalfOpenHold,
  closing: Closing | undefined,
  trouble: Trouble,
  attempt: Attempt,
  now: number,
): { scope: ScopeState; effects: Effect[] } {
  // Apple is in trouble again: what it says then is not counted.
  if (closing === undefined) return { scope: refuseProbe(scope, now), effects: [] }
  const { accepted, refused } = hold.halfOpen
  const recent = { attempts: accepted + refused, refused }
  const heard = { ...heardAt(closing, trouble, attempt), wasProbe: false }
  // All since the probe counts, however slowly it went.
  const counted = withReply(scope, { ...closing.hold, windowSeconds: Infinity }, heard, now)
  if (counted === null || !isEnough(counted, closing.hold, heard) || !isShare(recent, closing.hold)) {
    const next = counted === null ? scope : { ...afterReplies(scope, counted, null), hold }
    return { scope: answered(next, attempt, 'refused'), effects: [] }
  }
  const closed = closedAgain(
    hold,
    { rule: trouble.rule, reply: keptReply(trouble.says.text) },
    closing.hold,
    now,
  )
  return { scope: afterReplies(scope, counted, closed), effects: [{ type: 'held', hold: closing.ref }] }
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
    // It has to be registered with Apple, however few it is sent to: one reply is enough to tell of it. Other replies are of
    // other apps, maybe, so it is not told of again with each row that ends in an acceptance, but when one closes the scope.
    const told =
      scope.alerted === true && beginsRow(scope, counted, closing.hold, now) ? 'before' : scope.alerted
    const isNews = told === undefined || (closes && told === 'before')
    if (isNews) effects.push({ type: 'alert', alert: unregisteredAlert(closing, trouble, now) })
    next = { ...next, alerted: isNews ? true : told }
  } else if (closes) {
    const count = counted.replies.length
    effects.push({ type: 'alert', alert: holdAlert(closing, trouble, { count, recent }, now) })
  }
  return { scope: next, effects }
}

/** Whether no earlier reply counts any more: Apple accepted mail since, or they are too old. */
function beginsRow(
  { counts = [] }: ScopeState,
  { family }: CountedReplies,
  { windowSeconds }: Closing['hold'],
  now: number,
): boolean {
  const before = counts.find((entry) => entry.family === family)?.replies ?? []
  return before.every(({ at }) => at <= now - windowSeconds * 1000)
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
function isLately(heldAt: number | undefined, { hold }: Closing, now: number): boolean {
  return heldAt !== undefined && Math.abs(now - heldAt) < hold.forSeconds * 1000
}
