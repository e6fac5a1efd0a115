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
  return { ...state, hold: { ...state.hold, probe, until: probe.at + intervalOf(state.hold) * 1000 } }
}

/** Seconds to the next probe. */
function intervalOf({ probeEverySeconds, soonSeconds = Infinity }: StoredHold): number {
  return Math.min(probeEverySeconds ?? 0, soonSeconds)
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
  const { halfOpen: _, soonSeconds, ...rest } = hold
  const probe = hold.probe && { ...hold.probe, refused: true as const }
  const next: StoredHold = { ...rest, probe, until: now + intervalOf(hold) * 1000 }
  if (soonSeconds !== undefined && 2 * soonSeconds < (hold.probeEverySeconds ?? 0))
    next.soonSeconds = 2 * soonSeconds
  return { ...state, hold: next }
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

/** Clocks of several machines differ a little; what is further off than this comes of a clock that was set back. */
export const clockSlackMs = 60_000

/** The state with a hold that is not longer than its rule made it: the clock may have been set back since. */
export function withinReach(state: ScopeState, now: number): ScopeState {
  const { hold } = state
  if (hold === undefined) return state
  const latest = now + Math.max(hold.forSeconds, hold.probeEverySeconds ?? 0) * 1000
  if (hold.until <= latest + clockSlackMs) return state
  return { ...state, hold: { ...hold, since: Math.min(hold.since, now), until: latest } }
}

/** The same for all, in the same array if nothing is to be changed. */
export function allWithinReach(scopes: readonly ScopeState[], now: number): readonly ScopeState[] {
  if (!scopes.some(({ hold }) => hold !== undefined)) return scopes
  const mended = scopes.map((scope) => withinReach(scope, now))
  return mended.every((scope, index) => scope === scopes[index]) ? scopes : mended
}

/** What is left of a scope that is open again. */
export function opened({ hold, messageHeldAt, messagesHeld }: ScopeState, now: number): ScopeState {
  const next: ScopeState = {}
  if (hold?.engagedOnlySeconds !== undefined)
    next.engagedOnly = { rule: hold.rule, since: now, seconds: hold.engagedOnlySeconds }
  if (messageHeldAt !== undefined) next.messageHeldAt = messageHeldAt
  if (messagesHeld !== undefined) next.messagesHeld = messagesHeld
  return next
}

/** Whether mail goes to engaged readers only for now. */
export function isEngagedOnly({ engagedOnly }: ScopeState, now: number): boolean {
  // A clock that was set back must not make it longer than it is.
  return engagedOnly !== undefined && Math.abs(now - engagedOnly.since) < engagedOnly.seconds * 1000
}
