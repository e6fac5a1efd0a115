import type { Counts, Entry, StoredEvent } from '../ledger.ts'
import type { RedisConnection } from './redis-connection.ts'
import { redisError } from './redis-errors.ts'
import { versionDigits, type RedisKeys } from './redis-keys.ts'

/** Entries for each list of keys, in one round trip. A key that several lists name, as a scope's, is sent once. */
export async function readKeys(
  connection: RedisConnection,
  names: RedisKeys,
  batch: readonly (readonly string[])[],
): Promise<(Entry | null)[][]> {
  const places = new Map<string, number>()
  const keys: string[] = []
  for (const asked of batch) {
    for (const key of asked) {
      if (places.has(key)) continue
      places.set(key, keys.length)
      keys.push(names.entries + key)
    }
  }
  const values = (await connection.call('mget', keys)) as (string | null)[]
  try {
    return batch.map((asked) =>
      asked.map((key) => {
        const value = values[places.get(key) ?? -1]
        return value == null ? null : entryOf(key, value)
      }),
    )
  } catch (error) {
    throw redisError(error, connection.where)
  }
}

/** An entry from its value in Redis. */
export function entryOf(key: string, value: string): Entry {
  return {
    key,
    version: Number(value.slice(0, versionDigits)),
    value: JSON.parse(value.slice(versionDigits)),
  }
}

/** Events from the numbers and lines that `eventsScript` found, as far as they are meant. */
export function eventsOf(
  found: readonly (number | string)[],
  { subject, type }: { subject?: string; type?: string },
): StoredEvent[] {
  const events: StoredEvent[] = []
  for (let n = 0; n < found.length; n += 2) {
    const [at, kind, about, data] = JSON.parse(String(found[n + 1])) as [
      number,
      string,
      string,
      StoredEvent['data'],
    ]
    if ((type === undefined || kind === type) && (subject === undefined || about === subject))
      events.push({ id: Number(found[n]), at, type: kind, subject: about, data })
  }
  return events
}

/** Counts from what `countsScript` found: field, number, field, number. */
export function countsOf(found: unknown): Counts[] {
  return (found as string[][]).map((flat) => {
    const counts: Record<string, number> = {}
    for (let n = 0; n < flat.length; n += 2) counts[flat[n]!] = Number(flat[n + 1])
    return counts
  })
}
