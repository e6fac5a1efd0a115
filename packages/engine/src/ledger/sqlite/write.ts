import type { Change, Count, LedgerEvent } from '../ledger.ts'

/** A write as it waits for its transaction: what the caller does to its values afterwards changes nothing. */
export interface Write {
  changes: readonly { key: string; expected: number; json: string | null }[]
  events: readonly { at: number; type: string; subject: string; json: string }[]
  counts: readonly Count[]
}

/** Makes a {@link Write} of what `Ledger.write` was given. */
export function writeOf(
  changes: readonly Change[],
  events: readonly LedgerEvent[],
  counts: readonly Count[],
): Write {
  return {
    changes: changes.map(({ key, expected, value }) => ({
      key,
      expected,
      json: value == null ? null : JSON.stringify(value),
    })),
    events: events.map(({ at, type, subject, data }) => ({ at, type, subject, json: JSON.stringify(data) })),
    counts,
  }
}
