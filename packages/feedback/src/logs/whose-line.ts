import { classify } from '@icloud-delivery/rules'
import { isApplesHost, isAtApple } from '../recorder/apple-host.ts'
import type { LogOutcome } from './log-reply.ts'

/**
 * Whether what a line says is about Apple: by the host that answered, where it is known; else by the recipient's domain. A
 * relay's own words are nothing of Apple's, unless they quote Apple.
 */
export function isApples(recipient: string, sender: string | null, outcome: LogOutcome): boolean {
  const { host = null } = outcome
  if (outcome.kind === 'delivered')
    return host === null ? isAtApple(recipient) : isApplesHost(host, recipient)
  return classify(outcome.text, { recipient, sender, mx: host }).provider === 'apple'
}
