import { countSoftBounce, isEnough } from './decide-soft-bounce.ts'
import type { Alert } from '../signals/alert.ts'
import type { SuppressPolicy } from '../policy/recipient-policy.ts'
import { spanWords } from '../span-words.ts'
import type { DomainState, SoftBounces } from '../state/state.ts'

const dayMs = 86_400_000

/**
 * Counts a send that failed because Apple does not serve the recipient's domain. `enough` are the failures that are worth
 * an alert; then the count starts anew, so that there is not one with each further send. Pure.
 *
 * @param acceptedAt when Apple last took mail for that recipient, ms since the epoch: what was before is over
 */
export function countDenied(
  state: DomainState,
  failure: { rule: string; messageId: string; at: number },
  policy: SuppressPolicy,
  acceptedAt: number | undefined,
): { state: DomainState; enough: SoftBounces | null } {
  const { rule, at } = failure
  const found = state.failures?.find((failures) => failures.rule === rule)
  const isOver =
    found !== undefined &&
    ((acceptedAt ?? -Infinity) > found.firstAt || at - found.lastAt > 2 * policy.overSeconds * 1000)
  const before = isOver ? undefined : found
  const counted = countSoftBounce(before, failure, policy.apartSeconds)
  if (counted === found) return { state, enough: null }
  const enough = isEnough(counted, policy) ? counted : null
  const next = enough === null ? counted : countSoftBounce(undefined, failure, policy.apartSeconds)
  const others = (state.failures ?? []).filter((failures) => failures.rule !== rule)
  return { state: { failures: [...others, next] }, enough }
}

/** @param mxAtApple `null` if that is not known */
export function deniedAlert(
  domain: string,
  { rule, count, firstAt, lastAt }: SoftBounces,
  mxAtApple: boolean | null,
  reply: string,
): Alert {
  const days = Math.round((lastAt - firstAt) / dayMs)
  const span = days < 3 ? spanWords((lastAt - firstAt) / 1000) : `${days} days`
  const mx =
    mxAtApple === null
      ? 'See whether its MX is still at Apple; if it is, its owner has'
      : mxAtApple
        ? 'Its MX is at Apple: its owner has'
        : 'Its MX is not at Apple any more: deliver to what DNS says now. If replies go on to come from Apple, its owner has'
  return {
    kind: 'domain-denied',
    at: lastAt,
    subject: domain,
    message: `Apple does not take mail for ${domain}: ${count} failed sends over ${span}. ${mx} to finish the set-up in iCloud. No address was suppressed.`,
    rule,
    numbers: { failures: count, days, ...(mxAtApple !== null && { mxAtApple: mxAtApple ? 1 : 0 }) },
    url: null,
    reply,
  }
}
