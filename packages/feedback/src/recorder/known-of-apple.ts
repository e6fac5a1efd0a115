import { classify } from '@icloud-delivery/rules'
import type { LateOutcome, LateReply } from './late-reply.ts'

/**
 * Whether a reply of a host that nobody names can be Apple's: a rule knows its words, or what stands around it names Apple's host. That
 * the recipient is at Apple is no evidence: an ESP or relay that cannot reach Apple tells so in words of its own.
 */
export function isKnownOfApple(
  { recipient, sender }: LateReply,
  { text, phase }: LateOutcome & { kind: 'reply' },
): boolean {
  const { provider, rule } = classify(text, { recipient, sender, phase })
  if (provider !== 'apple') return true
  const isUnknown = rule === 'unknown-temporary' || rule === 'unknown-permanent'
  return !isUnknown || classify(text, { phase }).provider === 'apple'
}
