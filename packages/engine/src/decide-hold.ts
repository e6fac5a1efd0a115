import type { HoldPolicy } from './policy.ts'
import type { ProbeLease, ScopeState, StoredHold } from './state.ts'

/** Whether mail has to wait at this scope now, or may be let through as a probe only. */
export function isClosed(hold: StoredHold | undefined, now: number): hold is StoredHold {
  return hold !== undefined && (hold.probeEverySeconds !== null || now < hold.until)
}

/** Whether the next message through this hold is its probe. */
export function isProbeDue(hold: StoredHold, now: number): boolean {
  return hold.probeEverySeconds !== null && now >= hold.until
}

/** Lets one message through. Nobody else goes before the next interval, so a process that dies loses that at most. */
export function leaseProbe(state: ScopeState, probe: ProbeLease): ScopeState {
  if (state.hold === undefined) return state
  const every = state.hold.probeEverySeconds ?? 0
  return { ...state, hold: { ...state.hold, probe, until: probe.at + every * 1000 } }
}

/** Whether `recipient` and `messageId` are those of the message that was let through. */
export function isProbe(
  hold: StoredHold | undefined,
  recipient: string,
  messageId: string,
): hold is StoredHold {
  const probe = hold?.probe
  if (!probe || probe.recipient !== recipient) return false
  return probe.messageId === null || probe.messageId === messageId
}

/** The probe was refused for the same reason as before. */
export function refuseProbe(state: ScopeState, now: number): ScopeState {
  if (state.hold === undefined) return state
  const every = state.hold.probeEverySeconds ?? 0
  return { ...state, hold: { ...state.hold, probe: null, until: now + every * 1000 } }
}

/** The probe came to nothing for a reason of its own: the next message is the probe, without another wait. */
export function passProbeOn(state: ScopeState, now: number): ScopeState {
  if (state.hold === undefined) return state
  return { ...state, hold: { ...state.hold, probe: null, until: now } }
}

/** Counts one reply at a scope, and closes it if that makes enough of them. */
export function countReply(
  state: ScopeState,
  policy: HoldPolicy,
  reply: { rule: string; text: string; wasProbe: boolean },
  now: number,
): ScopeState {
  const open = isClosed(state.hold, now) ? state.hold : undefined
  if (open && !reply.wasProbe && open.forSeconds >= policy.forSeconds) return state

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
