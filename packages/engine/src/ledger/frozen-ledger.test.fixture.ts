import { memoryLedger } from './memory-ledger.ts'
import type { Entry, Ledger } from './ledger.ts'

/** A ledger in memory whose entries cannot be changed: whoever tries to change what it read throws. */
export function frozenLedger(): Ledger {
  const ledger = memoryLedger()
  return {
    ...ledger,
    read: async (keys) => (await ledger.read(keys)).map((entry) => entry && frozen(entry)),
    async *list(prefix): AsyncIterable<Entry> {
      for await (const entry of ledger.list(prefix)) yield frozen(entry)
    },
  }
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const part of Object.values(value)) frozen(part)
  return Object.freeze(value)
}
