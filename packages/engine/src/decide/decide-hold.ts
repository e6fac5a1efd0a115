import type { HoldPolicy } from '../policy/policy.ts'
import type { ProbeLease, ScopeState, StoredHold } from '../state/state.ts'

/** Whether mail has to wait at this scope now, or may be let through as a probe only. */
export function isClosed(hold: StoredHold | undefined, now: number): hold is StoredHold {
  return hold !== undefined && (hold.probeEverySeconds !== null || now < hold.until)
}

/** Whether the next message through this hold is its probe. */
export function isProbeDue(hold: StoredHold, now: number): boolean {
  return hold.probeEverySeconds !== null && now >= hold.until
}

/** Whether this message was let through already, and may go on with its recipients. */
export function isUnderWay({ probe }: StoredHold, messageId: string | null): boolean {
  return messageId !== null && probe?.messageId === messageId && !probe.refused
}

/** Lets one message through. Nobody else goes before the next interval, so a process that dies loses that at most. */
export function leaseProbe(state: ScopeState, probe: ProbeLease): ScopeState {
  if (state.hold === undefined) return state
  const every = state.hold.probeEverySeconds ?? 0
  return { ...state, hold: { ...state.hold, probe, until: probe.at + every * 1000 } }
}

/** Whether this attempt is one of the message that was let through. */
export function isProbe(
  hold: StoredHold | undefined,
  attempt: { address: string; messageId: string },
): hold is StoredHold {
  const probe = hold?.probe
  if (!probe) return false
  return probe.messageId === null
    ? probe.recipient === attempt.address
    : probe.messageId === attempt.messageId
}

/** The probe was refused for the same reason as before. It is still known: its other recipients must not lose by it. */
export function refuseProbe(state: ScopeState, now: number): ScopeState {
  const { hold } = state
  if (hold === undefined || (hold.probe?.refused && now < hold.until)) return state
  const probe = hold.probe && { ...hold.probe, refused: true as const }
  return { ...state, hold: { ...hold, probe, until: now + (hold.probeEverySeconds ?? 0) * 1000 } }
}

/**
 * The probe came to nothing for a reason of this recipient's own. If it had no other, the next message is the probe,
 * without another wait.
 */
export function passProbeOn(state: ScopeState, now: number): ScopeState {
  const { hold } = state
  if (!hold?.probe || hold.probe.refused) return state
  const waiting = hold.probe.waiting - 1
  if (waiting > 0) return { ...state, hold: { ...hold, probe: { ...hold.probe, waiting } } }
  return { ...state, hold: { ...hold, probe: null, until: now } }
}

/** Counts one reply at a scope, and closes it if that makes enough of them. */
export function countReply(
  state: ScopeState,
  policy: HoldPolicy,
  reply: { rule: string; text: string; wasProbe: boolean },
  now: number,
): ScopeState {
  const open = isClosed(state.hold, now) ? state.hold : undefined
  // What a probe meets is newer, but a rest that ends by itself must not open what only a probe may open.
  const isNews = reply.wasProbe && policy.probeEverySeconds !== null
  if (open && !isNews && open.forSeconds >= policy.forSeconds) return state

  const family = policy.family ?? reply.rule
  const others = (state.counts ?? []).filter((entry) => entry.family !== family)
  const before = state.counts?.find((entry) => entry.family === family)?.times ?? []
  const from = now - policy.windowSeconds * 1000
  const times = [...before.filter((time) => time > from && time <= now), now]

  if (times.length < policy.count) return { ...state, counts: [...others, { family, times }] }
  const hold: StoredHold = {
    rule: reply.rule,
    since: now,
    until: now + policy.forSeconds * 1000,
    probeEverySeconds: policy.probeEverySeconds,
    forSeconds: policy.forSeconds,
    probe: null,
    reply: reply.text,
  }
  return others.length === 0 ? { hold } : { hold, counts: others }
}
