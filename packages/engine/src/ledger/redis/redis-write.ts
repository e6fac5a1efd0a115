import type { Change, Count, LedgerEvent } from '../ledger.ts'
import { versionDigits, type RedisKeys } from './redis-keys.ts'

/** A write as `writeScript` takes it: what the caller does to its values afterwards changes nothing. */
export interface RedisWrite {
  keys: readonly string[]
  args: readonly (string | number)[]
}

/** Makes a {@link RedisWrite} of what `Ledger.write` was given. */
export function redisWrite(
  names: RedisKeys,
  changes: readonly Change[],
  events: readonly LedgerEvent[],
  counts: readonly Count[],
): RedisWrite {
  const keys: string[] = []
  const args: (string | number)[] = [changes.length]
  for (const { key, expected, value } of changes) {
    keys.push(names.entries + key)
    args.push(expected === 0 ? '' : stampOf(expected), value == null ? '' : JSON.stringify(value))
  }
  args.push(events.length)
  for (const { at, type, subject, data } of events) args.push(JSON.stringify([at, type, subject, data]))
  const groups = groupsOf(counts)
  args.push(groups.size)
  for (const [group, { keepMs, fields }] of groups) {
    keys.push(names.counts + group)
    args.push(Math.ceil(keepMs), fields.size)
    for (const [field, by] of fields) args.push(field, by)
  }
  return { keys, args }
}

function stampOf(version: number): string {
  return String(version).padStart(versionDigits, '0')
}

function groupsOf(counts: readonly Count[]): Map<string, { keepMs: number; fields: Map<string, number> }> {
  const groups = new Map<string, { keepMs: number; fields: Map<string, number> }>()
  for (const { group: name, field, by, keepMs } of counts) {
    let group = groups.get(name)
    if (group === undefined) groups.set(name, (group = { keepMs: 1, fields: new Map() }))
    group.keepMs = Math.max(group.keepMs, keepMs)
    group.fields.set(field, (group.fields.get(field) ?? 0) + by)
  }
  return groups
}
