import { classify, isAppleDomain, isAppleMx } from '@icloud-delivery/rules'
import type { LogOutcome } from './log-reply.ts'

/**
 * Whether what a line says is about Apple: by the host that answered, where it is known; else by the recipient's domain. A
 * relay's own words are nothing of Apple's, unless they quote Apple.
 */
export function isApples(recipient: string, sender: string | null, outcome: LogOutcome): boolean {
  const { host = null } = outcome
  if (host !== null && isAppleMx(host)) return true
  const text = outcome.kind === 'reply' ? outcome.text : '550 refused'
  // Newer hosts of Apple's have no dots: the recipient tells whose they are.
  if (host !== null) return classify(text, { recipient, sender, mx: host }).provider === 'apple'
  if (outcome.kind === 'delivered') return isAppleDomain(recipient.slice(recipient.lastIndexOf('@') + 1))
  return classify(text, { recipient, sender }).provider === 'apple'
}
