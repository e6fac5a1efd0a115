import type { Change, Count, LedgerEvent } from '../ledger.ts'
import { versionDigits, type RedisKeys } from './redis-keys.ts'

/** A write as `writeScript` takes it: what the caller does to its values afterwards changes nothing. */
export interface RedisWrite {
  entries: readonly string[]
  groups: readonly string[]
  args: readonly (string | number)[]
}

/** Makes a {@link RedisWrite} of what `Ledger.write` was given. */
export function redisWrite(
  names: RedisKeys,
  changes: readonly Change[],
  events: readonly LedgerEvent[],
  counts: readonly Count[],
): RedisWrite {
  const args: (string | number)[] = [changes.length]
  for (const { expected, value } of changes)
    args.push(expected === 0 ? '' : stampOf(expected), value == null ? '' : JSON.stringify(value))
  args.push(events.length)
  for (const { at, type, subject, data } of events) args.push(JSON.stringify([at, type, subject, data]))
  const groups = counts.length === 0 ? noGroups : groupsOf(counts)
  args.push(groups.size)
  for (const { keepMs, fields } of groups.values()) {
    args.push(Math.ceil(keepMs), fields.size)
    for (const [field, by] of fields) args.push(field, by)
  }
  return {
    entries: changes.map(({ key }) => names.entries + key),
    groups: [...groups.keys()].map((group) => names.counts + group),
    args,
  }
}

function stampOf(version: number): string {
  return String(version).padStart(versionDigits, '0')
}

type Groups = Map<string, { keepMs: number; fields: Map<string, number> }>

const noGroups: Groups = new Map()

function groupsOf(counts: readonly Count[]): Groups {
  const groups: Groups = new Map()
  for (const { group: name, field, by, keepMs } of counts) {
    let group = groups.get(name)
    if (group === undefined) groups.set(name, (group = { keepMs: 1, fields: new Map() }))
    group.keepMs = Math.max(group.keepMs, keepMs)
    group.fields.set(field, (group.fields.get(field) ?? 0) + by)
  }
  return groups
}
