import type { Quarantine, SoftBounces, RecipientState } from '../state/state.ts'
import type { Suppression } from '../state/suppression.ts'

/** What of all that replies did is to be taken back. */
export interface Selection {
  /** Asked of suppressions whose origin is `reply` only. */
  suppression(suppression: Suppression): boolean
  /** Asked of counts whose rule has suppressed nobody here. */
  count(bounces: SoftBounces): boolean
  /** Asked of a doubt that has suppressed nobody yet. */
  quarantine(quarantine: Quarantine): boolean
}

/**
 * A recipient without the suppressions that were selected, and without the counts and doubts that led to them. Pure. `null` if
 * nothing is taken back.
 */
export function withoutRepliesOf(
  state: RecipientState,
  selection: Selection,
): { state: RecipientState; ended: Suppression[] } | null {
  const { suppressions = [], softBounces = [], quarantine, ...rest } = state
  const ended = suppressions.filter(
    (suppression) => suppression.origin === 'reply' && selection.suppression(suppression),
  )
  const rules = new Set(ended.map(({ rule }) => rule))
  const counts = softBounces.filter((bounces) => !rules.has(bounces.rule) && !selection.count(bounces))
  const isOver = quarantine !== undefined && (rules.has(quarantine.rule) || selection.quarantine(quarantine))
  if (ended.length === 0 && counts.length === softBounces.length && !isOver) return null
  const next: RecipientState = { ...rest }
  const kept = suppressions.filter((suppression) => !ended.includes(suppression))
  if (kept.length > 0) next.suppressions = kept
  if (counts.length > 0) next.softBounces = counts
  if (quarantine && !isOver) next.quarantine = quarantine
  return { state: next, ended }
}
