import type { Verdict } from '@icloud-delivery/rules'
import { isAtPrivateRelay } from '../address.ts'
import type { Action } from './action.ts'
import type { Attempt, Decision, Effect } from '../decide/attempt.ts'
import { decide, pass } from '../decide/decide.ts'
import { decideNoReply } from '../decide/decide-no-reply.ts'
import { recentAsked } from '../decide/recent-asked.ts'
import type { Trouble } from '../decide/refusal.ts'
import type { Parts } from '../engine-core.ts'
import { EngineError } from '../errors.ts'
import { eventsOf } from './event-log.ts'
import type { Incidents } from '../incidents/incidents.ts'
import type { Change, Ledger } from '../ledger/ledger.ts'
import type { Presence } from '../ledger/presence.ts'
import { timeOf } from './late.ts'
import { isKnown, onceKeys } from './once.ts'
import type { Outcome } from './outcome.ts'
import { withText } from '../names/without-addresses.ts'
import type { Passage } from '../passage.ts'
import type { Policy } from '../policy/policy.ts'
import { looksAtMessage, passedBy, withMessage } from '../read-passage.ts'
import type { Signals } from '../signals/signals.ts'
import { uncounted } from '../seeds/uncounted.ts'
import { noCounts } from '../signals/tally.ts'
import { stateOf, valuesOf, type AsideKey } from '../state/aside-keys.ts'
import type { CampaignSweep } from '../state/campaign-sweep.ts'
import { nothing, recipientKey, type State } from '../state/state.ts'

/** An outcome that is to be remembered. */
export interface Told {
  attempt: Attempt
  outcome: Outcome
  verdict: Verdict | null
  passage: Passage
  /** What the policy says to it; `null` if Apple took the message. */
  trouble: Trouble | null
  /** The one that was in force when it was told. */
  policy: Policy
  /** What the rule counts at besides. */
  aside: readonly AsideKey[]
  /** What was said, as it is kept, and the same without the local part of the recipient; `null`: it is kept as it was said. */
  cut: { said: string; kept: string } | null
}

/** How far a turn got, for whoever gives up waiting for it. */
export interface Progress {
  /** No more is to be written: the outcome is kept elsewhere. */
  abandoned: boolean
  /** What was given to the ledger last, whatever became of it. */
  changes: readonly Change[] | null
}

/** What a turn needs. */
export type TurnParts = Pick<Parts, 'clock'> & {
  ledger: Pick<Ledger, 'read' | 'write'>
  signals: Pick<Signals, 'recorded' | 'recent'>
  incidents: Pick<Incidents, 'caseOf' | 'counted' | 'recorded' | 'streamHeld'>
  presence: Pick<Presence, 'isIdle' | 'settle'>
  campaigns: Pick<CampaignSweep, 'sweep'>
}

/** Reads, decides and writes once. `undefined` if somebody else wrote in between. */
export async function turn(parts: TurnParts, told: Told, progress?: Progress): Promise<Decision | undefined> {
  const { ledger, clock, presence, signals } = parts
  const { attempt: given, outcome, verdict, passage, trouble, policy, aside, cut } = told
  const isHoldingMessage = trouble?.rulePolicy.campaign != null
  const toPrivateRelay = given.hop === 'direct' && isAtPrivateRelay(given.recipient)
  let passed = passedBy(passage, toPrivateRelay, isHoldingMessage ? given.messageId : null)
  let keys = [recipientKey(given.address)].concat(passed.scopeKeys)
  for (const { key } of aside) keys.push(key)
  const { late } = given
  /** Nothing but the recipient. */
  const isAside = late !== undefined && given.hop === 'relay'
  const asOf = isAside ? timeOf(late, clock()) : undefined
  const reply = parts.incidents.caseOf(verdict, given.address, asOf)
  const once = late?.id === undefined ? [] : onceKeys(late.id, late.until, clock())
  const besides = [...once, ...(reply?.keys ?? [])]
  refuseIfAbandoned(progress)
  const read = await ledger.read(besides.length === 0 ? keys : [...keys, ...besides])
  const now = asOf ?? clock()
  if (isKnown(read.slice(keys.length, keys.length + once.length))) return again(given)
  reply?.see(read.slice(keys.length + once.length), now)
  let entries = besides.length === 0 ? read : read.slice(0, keys.length)
  // The stream is the second scope, the sending domain the third.
  if (looksAtMessage(passed, entries[2]?.value, entries[3]?.value, now, policy)) {
    const place = 1 + passed.scopeKeys.length
    const more = await withMessage(ledger, passed, given.messageId)
    passed = more
    keys = keys.toSpliced(place, 0, more.key)
    entries = entries.toSpliced(place, 0, more.entry)
  }
  const way = passed.way === passage.route ? given : { ...given, ...passed.way }
  const values = entries.map((entry): object => entry?.value ?? nothing)
  const state = stateOf(values, aside)
  const attempt = reply?.incident === undefined ? way : { ...way, incident: reply.incident }
  // Nothing is closed for what is Apple's own trouble.
  const asked = trouble && attempt === way && recentAsked(trouble, state, now, policy, attempt)
  if (asked) state.recent = await signals.recent(attempt, asked, now)
  refuseIfAbandoned(progress)
  const belated = late === undefined ? null : whatCameSince(timeOf(late, clock()), state, clock())
  const decided =
    belated !== null && outcome.kind !== 'delivered'
      ? pass(verdict, state, attempt, `${belated}; nothing is counted`)
      : decideOn({ outcome, verdict, attempt }, state, now, policy)
  const isSeed = state.recipient.seed === true
  const decision = isSeed ? uncounted(decided, state) : decided
  const { nextState } = decision
  const changes: Change[] = []
  valuesOf(nextState, aside).forEach((value, index) => {
    const key = keys[index]
    if (key === undefined || value === values[index]) return
    const isOver = index > 0 && Object.keys(value ?? {}).length === 0
    changes.push({ key, expected: entries[index]?.version ?? 0, value: isOver ? null : value })
  })
  const against = isSeed ? undefined : reply?.remember(state.recipient, decision, attempt.messageId, now)
  if (against !== undefined) changes.push(...against.changes)
  if (once[0] !== undefined) changes.push({ key: once[0], expected: 0, value: { at: clock() } })
  const recorded = {
    before: state.recipient,
    recipient: attempt.recipient,
    address: attempt.address,
    verdict,
    attempts: decision.action.attempts,
  }
  const isHeard = outcome.kind === 'delivered' || outcome.kind === 'reply'
  const good = isHeard && !isAside && !isSeed ? parts.incidents.counted(recorded, now) : null
  const counted = isSeed ? noCounts : signals.recorded(attempt, decision.action, now, good)
  const lines = eventsOf(decision, attempt, outcome, now)
  const kept = cut === null ? { changes, lines } : withText({ changes, lines }, cut.said, cut.kept)
  if (progress) progress.changes = kept.changes
  let written = false
  try {
    written = await ledger.write(
      kept.changes,
      kept.lines,
      against === undefined || isAside ? counted.counts : [...counted.counts, ...against.counts],
    )
  } finally {
    if (!written) counted.putBack()
  }
  if (progress && !written) progress.changes = null
  if (!written) return undefined
  if (isAside || isSeed) return decision
  parts.incidents.recorded(recorded, good, reply?.incident, now)
  // The stream is the second scope.
  if (reply !== null && state.scopes[1]?.hold !== nextState.scopes[1]?.hold) parts.incidents.streamHeld(now)
  if (!presence.isIdle) presence.settle(passed.scopeKeys, nextState.scopes)
  if (decision.effects.some(isCampaignHeld)) parts.campaigns.sweep(now)
  return decision
}

/** The pure decision, for what Apple said and for its silence. */
export function decideOn(
  { outcome, verdict, attempt }: Pick<Told, 'outcome' | 'verdict' | 'attempt'>,
  state: State,
  now: number,
  policy: Policy,
): Decision {
  if (outcome.kind === 'no-reply') return decideNoReply(state, now, policy, attempt)
  if (outcome.kind === 'esp-suppressed')
    return pass(null, state, attempt, 'the ESP did not try, as the address is on a list of its own')
  return decide(verdict, state, now, policy, attempt)
}

/** What was counted before. */
function again(attempt: Attempt): Decision {
  const decision = pass(null, emptyState([]), attempt, 'told before, and not counted again')
  return { ...decision, action: { ...decision.action, type: 'pass', duplicate: true } as Action }
}

/** What makes a reply of then say nothing any more. What a clock that was set back since wrote is not looked at. */
function whatCameSince(at: number, { recipient }: State, now: number): string | null {
  const isSince = (time = -Infinity): boolean => time > at && time <= now
  if (isSince(recipient.deliveredAt)) return 'Apple has taken mail for this recipient since'
  return isSince(recipient.releasedAt) ? 'this recipient was released since' : null
}

/** As if nothing were remembered. */
export function emptyState(scopeKeys: readonly string[]): State {
  return { recipient: nothing, scopes: scopeKeys.map(() => nothing) }
}

function isCampaignHeld(effect: Effect): boolean {
  return effect.type === 'held' && effect.hold.scope === 'campaign'
}

function refuseIfAbandoned(progress: Progress | undefined): void {
  if (progress?.abandoned) throw new EngineError('ELEDGERTIMEOUT', 'given up: the outcome is kept elsewhere')
}
