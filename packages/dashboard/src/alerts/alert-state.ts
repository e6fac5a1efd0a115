import type { AlertItem, Notice } from './notice.ts'

/** A notice that waits for a target. */
export interface Pending {
  notice: Notice
  /** Tries so far. */
  tries: number
  /** ms since the epoch of the next try. */
  nextAt: number
}

/** What is remembered in the ledger, so that nothing is lost in a restart and nothing is told twice. */
export interface AlertState {
  /** The last line of the event log that was looked at. */
  seen: number
  /** What is going on, by kind and subject. */
  open: Record<string, AlertItem>
  /** What was raised and is to go out together at `due`. */
  group: { due: number; items: AlertItem[] } | null
  /** By the name of the target. */
  pending: Record<string, Pending[]>
  /** The process that does the work, and until when it may. */
  owner: { id: string; until: number } | null
}

export const emptyState: AlertState = { seen: -1, open: {}, group: null, pending: {}, owner: null }

/** More than that at once is told as a number. */
const mostItems = 50
const mostPending = 500

export function alertKey({ kind, subject }: Pick<AlertItem, 'kind' | 'subject'>): string {
  return `${kind} ${subject}`
}

/** Takes in alerts that were raised: what is going on already is not told again. Pure. */
export function raise(
  state: AlertState,
  items: readonly AlertItem[],
  now: number,
  groupMs: number,
): AlertState {
  const open = { ...state.open }
  const fresh: AlertItem[] = []
  for (const item of items) {
    const key = alertKey(item)
    if (open[key] !== undefined) continue
    open[key] = item
    fresh.push(item)
  }
  if (fresh.length === 0) return state
  const group = state.group ?? { due: now + groupMs, items: [] }
  return { ...state, open, group: { ...group, items: [...group.items, ...fresh] } }
}

/** Takes out what is over, and tells of it. What was not told yet is not told at all. Pure. */
export function resolve(
  state: AlertState,
  keys: readonly string[],
  targets: readonly string[],
  now: number,
  id: string,
): AlertState {
  const over = keys.flatMap((key) => state.open[key] ?? [])
  if (over.length === 0) return state
  const open = Object.fromEntries(Object.entries(state.open).filter(([key]) => !keys.includes(key)))
  const untold = new Set((state.group?.items ?? []).map(alertKey))
  const items = (state.group?.items ?? []).filter((item) => !keys.includes(alertKey(item)))
  const group = state.group === null || items.length === 0 ? null : { ...state.group, items }
  const told = over.filter((item) => !untold.has(alertKey(item)))
  const next = { ...state, open, group }
  return told.length === 0 ? next : queue(next, { id, type: 'resolved', at: now, alerts: told }, targets)
}

/** Sends the group on its way once it is due. Pure. */
export function release(state: AlertState, targets: readonly string[], now: number, id: string): AlertState {
  const { group } = state
  if (group === null || now < group.due) return state
  const notice: Notice = { id, type: 'alert', at: now, alerts: group.items.slice(0, mostItems) }
  return queue({ ...state, group: null }, notice, targets)
}

function queue(state: AlertState, notice: Notice, targets: readonly string[]): AlertState {
  const pending = { ...state.pending }
  for (const name of targets) {
    const waiting = [...(pending[name] ?? []), { notice, tries: 0, nextAt: 0 }]
    pending[name] = waiting.slice(-mostPending)
  }
  return { ...state, pending }
}
