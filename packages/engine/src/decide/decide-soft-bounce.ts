import type { SuppressPolicy } from '../policy/recipient-policy.ts'
import type { SoftBounces } from '../state/state.ts'

/** How many sends are remembered per rule, to know the same one again. */
const remembered = 8

/**
 * Counts a failed send. The same send again, or one too soon after the last counted one, changes nothing: a reader who
 * gets ten newsletters a day has not been away for ten days.
 */
export function countSoftBounce(
  before: SoftBounces | undefined,
  failure: { rule: string; messageId: string; at: number },
  apartSeconds: number,
): SoftBounces {
  const { rule, messageId, at } = failure
  if (before === undefined) return { rule, count: 1, firstAt: at, lastAt: at, messageIds: [messageId] }
  if (before.messageIds.includes(messageId) || at - before.lastAt < apartSeconds * 1000) return before
  return {
    ...before,
    count: before.count + 1,
    lastAt: at,
    messageIds: [...before.messageIds, messageId].slice(-remembered),
  }
}

/** Whether the failures counted so far are enough. */
export function isEnough(bounces: SoftBounces, policy: SuppressPolicy): boolean {
  return bounces.count >= policy.failures && bounces.lastAt - bounces.firstAt >= policy.overSeconds * 1000
}
