import { auditOf } from './audit.ts'
import { changeMany } from './change-many.ts'
import type { Parts } from '../engine-core.ts'
import type { RepliesRelease, RepliesReleaseOptions } from './release-request.ts'
import { requireRule } from './known-rule.ts'
import { recipientPages } from './recipient-pages.ts'
import { isWithin, spanOf } from './time-span.ts'
import { argument } from '../subject.ts'
import { withoutRepliesOf, type Selection } from './without-replies-of.ts'

/**
 * Takes back what a rule, or all of them, did in a span of time. Only suppressions whose origin is `reply` are touched, and
 * the counts and quarantines that lie wholly within the span: what else is known of a recipient stays.
 *
 * @returns how many suppressions ended
 */
export async function releaseReplies(parts: Parts, request: RepliesRelease): Promise<number> {
  const { rule } = request
  if (rule !== undefined && (typeof rule !== 'string' || rule === ''))
    throw argument('release', 'rule', 'the id of a rule such as "invalid-recipient"', rule)
  const span = spanOf('release', request)
  if (rule !== undefined) await requireRule(parts, rule, request.signal)
  const isOfRule = (one: { rule: string | null }): boolean => rule === undefined || one.rule === rule
  const what = { rule: rule ?? null, since: finite(span.since), until: finite(span.until) }
  return releaseSelected(parts, what, request, {
    suppression: (suppression) => isOfRule(suppression) && isWithin(span, suppression.at),
    count: (bounces) =>
      isOfRule(bounces) && isWithin(span, bounces.firstAt) && isWithin(span, bounces.lastAt),
    quarantine: (quarantine) => isOfRule(quarantine) && isWithin(span, quarantine.at),
  })
}

/**
 * {@link releaseReplies} for any selection. Others may write meanwhile: what they changed is selected anew.
 *
 * @param what the selection, for the event log
 */
export async function releaseSelected(
  parts: Parts,
  what: Readonly<Record<string, unknown>>,
  options: RepliesReleaseOptions,
  selection: Selection,
): Promise<number> {
  const { dryRun = false, each, progress, signal } = options
  const audit = auditOf('release', options)
  let done = 0
  let released = 0
  /** A line of the event log about the whole, beside those about each recipient. */
  const log = async (step: string): Promise<void> => {
    if (dryRun) return
    const data = { ...what, ...audit, step, recipients: done, released }
    await parts.ledger.write([], [{ at: parts.clock(), type: 'audit', subject: 'release', data }])
  }

  await log('begun')
  try {
    for await (const page of recipientPages(parts.ledger, signal)) {
      const ended = dryRun
        ? page.map(({ entry }) => withoutRepliesOf(entry.value, selection)?.ended ?? [])
        : await changeMany(parts, page, (address, before) => {
            const result = withoutRepliesOf(before, selection)
            if (result === null) return null
            const { state } = result
            const rules = [...new Set(result.ended.map(({ rule }) => rule))]
            const data = { origin: 'reply', suppressions: result.ended.length, rules, ...audit }
            const at = parts.clock()
            const event = { at, type: 'release', subject: address, data }
            return { state: { ...state, releasedAt: at }, events: [event], result: result.ended }
          })
      done += page.length
      for (const suppression of ended.flat()) {
        released++
        if (!dryRun) parts.events.emit('released', { suppression })
        each?.(suppression)
      }
      progress?.(done, released)
    }
  } catch (error) {
    // Why it ended is what the caller has to hear, even if the ledger is what is out of reach.
    await log('stopped').catch(() => {})
    throw error
  }
  await log('done')
  return released
}

/** JSON has no endless numbers. */
function finite(at: number): number | null {
  return Number.isFinite(at) ? at : null
}
