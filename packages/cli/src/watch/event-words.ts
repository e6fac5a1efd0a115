import type { StoredEvent } from '@icloud-delivery/engine'

/** The fields of an event that hold what was said, the most telling first. */
const telling = ['reply', 'error', 'message', 'note', 'origin', 'by', 'reason'] as const

/** What an event says besides its type, subject and rule: remote text. `null` if it says no more. */
export function eventWords({ data }: Pick<StoredEvent, 'data'>): string | null {
  for (const name of telling) {
    const value = data[name]
    if (typeof value === 'string' && value !== '') return value
  }
  return null
}
