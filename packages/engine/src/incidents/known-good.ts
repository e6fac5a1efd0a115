import type { Verdict } from '@icloud-delivery/rules'
import { foldAddress } from '../address.ts'
import { isHashedName } from '../names/address-names.ts'
import type { IncidentPolicy } from './incident-policy.ts'
import { isAboutRecipient, kindOf } from './reply-kind.ts'
import type { RecipientState } from '../state/state.ts'

/** The series of counts about good recipients: `ok <age>` and `no <age> <r|p> <kind>`, with ` again` for later tries. */
export const goodSeries = 'good'

/**
 * How long ago Apple last accepted mail, by its upper bound in days. The longer ago, the likelier it is that a recipient
 * is gone without anybody being at fault.
 */
export const ages: readonly number[] = [0.25, 1, 3, 7, 14, 30, 60, 90]
const accepted = ages.map((_, index) => `ok ${index}`)
const acceptedAgain = accepted.map((field) => `${field} again`)
/**
 * A custom domain may lose all its mailboxes in a day because its owner moved, and a relay address because of its app:
 * that is not Apple's trouble.
 */
const ownDomains = ['@icloud.com', '@me.com', '@mac.com']

/** One attempt, as far as its recipient is concerned. */
export interface GoodAttempt {
  /** As the host wrote it, and under which it is remembered. */
  recipient: string
  address: string
  /** Tries, this one included. */
  attempts: number
  /** `null` if Apple accepted it. */
  verdict: Verdict | null
}

/** The field to count an attempt in; `null` for a recipient that was not known to be good, and for what says nothing. */
export function goodField(
  before: RecipientState,
  attempt: GoodAttempt,
  now: number,
  policy: IncidentPolicy,
  dayMs: number,
): string | null {
  const { deliveredAt } = before
  if (deliveredAt === undefined || now - deliveredAt > policy.goodSeconds * 1000) return null
  const { address, recipient, verdict, attempts } = attempt
  if (!isAtApple(isHashedName(address) ? (foldAddress(recipient) ?? '') : address)) return null
  const days = (now - deliveredAt) / dayMs
  let age = 0
  while (age < ages.length - 1 && days > (ages[age] ?? Infinity)) age++
  if (verdict === null) return (attempts > 1 ? acceptedAgain : accepted)[age] ?? null
  const kind = kindOf(verdict)
  if (kind === null) return null
  return `no ${age} ${isAboutRecipient(verdict) ? 'r' : 'p'} ${kind}${wasRefused(before, verdict.rule ?? '') ? ' again' : ''}`
}

function isAtApple(address: string): boolean {
  return ownDomains.some((domain) => address.endsWith(domain))
}

/** Whether Apple has said that of this recipient already, since it last accepted mail: one recipient counts once. */
export function wasRefused(before: RecipientState, rule: string): boolean {
  const { softBounces = [], messages = [], suppressions = [] } = before
  return (
    softBounces.some((bounces) => bounces.rule === rule) ||
    suppressions.some((suppression) => suppression.rule === rule) ||
    before.quarantine?.rule === rule ||
    messages.some(({ waits }) => waits.some((wait) => wait.rule === rule))
  )
}
