import type { StoredEvent } from '@icloud-delivery/engine'
import { alertKey } from './alert-state.ts'
import type { AlertItem } from './notice.ts'

/** What of all that is going on is over by what the event log says, rather than by a state. */
export function toldOver(events: readonly StoredEvent[], open: readonly AlertItem[]): string[] {
  const accepted = new Map<string, number>()
  const keys = new Set<string>()
  for (const { type, subject, at, data } of events) {
    // Rates and volumes that are as usual again.
    if (type === 'alert-over') {
      const subjects = Array.isArray(data.subjects) ? (data.subjects as unknown[]) : []
      for (const one of subjects) keys.add(`${String(data.kind)} ${String(one)}`)
    }
    // The relay took mail of this sender, or somebody opened it by hand.
    if (type === 'scope-released') keys.add(alertKey({ kind: 'not-registered', subject }))
    // A belated one may have been accepted before.
    if (type === 'delivered' && data.late !== true)
      accepted.set(subject.slice(subject.lastIndexOf('@') + 1), at)
  }
  return open
    .filter(
      (item) =>
        keys.has(alertKey(item)) ||
        // Apple takes mail for this domain again.
        (item.kind === 'domain-denied' && (accepted.get(item.subject) ?? -Infinity) > item.at),
    )
    .map(alertKey)
}
