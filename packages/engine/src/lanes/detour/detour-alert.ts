import { rules } from '@icloud-delivery/rules'
import type { Detour } from './detour.ts'
import type { LedgerEvent } from '../../ledger/ledger.ts'
import type { Alert } from '../../signals/alert.ts'
import type { StoredHold } from '../../state/state.ts'

const listings: ReadonlySet<string> = new Set(
  rules
    .filter(({ fault, disposition }) => fault === 'sender-ip' && disposition === 'hold')
    .map(({ id }) => id),
)

/** Whether a rule says that Apple blocks the IP, and not that it is busy. */
export function isListing(rule: string | null): boolean {
  return rule !== null && listings.has(rule)
}

/** Mail begins to go around a block. */
export function detourAlert(
  lane: string,
  { to, stream, stopped }: Detour,
  hold: StoredHold,
  at: number,
): Alert {
  const message =
    stopped === undefined
      ? `Apple blocks the lane ${lane}. Its mail goes over ${to} as far as that is warm; the stream ${stream} most likely ` +
        `led to the block and waits. When you have found the reason, call confirmDetour({ lane: "${lane}" })`
      : `Apple blocks the lane ${lane} again. Its mail waits, as ${to} was blocked too; when you have found the reason, ` +
        `call confirmDetour({ lane: "${lane}" })`
  return alertOf(lane, message, hold, at)
}

/** Mail goes around no more. */
export function stoppedAlert(lane: string, { to }: Detour, hold: StoredHold, at: number): Alert {
  const message =
    `Apple blocks the lane ${to} too, which took mail of ${lane} over. The mail of both waits; when you have found the ` +
    `reason, call confirmDetour({ lane: "${lane}" })`
  return alertOf(lane, message, hold, at)
}

/** The line of the event log. */
export function logged({ at, subject, kind, message, rule, numbers }: Alert): LedgerEvent {
  return { at, type: 'alert', subject, data: { kind, message, rule, numbers } }
}

function alertOf(lane: string, message: string, { rule, reply }: StoredHold, at: number): Alert {
  return { kind: 'ip-blocked', at, subject: lane, message, rule, numbers: {}, url: null, reply }
}
