import { classify } from '@icloud-delivery/rules'
import { isApplesHost, isAtApple } from '../recorder/apple-host.ts'
import type { LogOutcome, LogReply } from './log-reply.ts'

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

/**
 * How far a line is to be believed. A line without a host may be about a smarthost: what that refuses is not its recipient's fault, and
 * what it takes has not been taken by Apple. Words that quote Apple's host count for the recipient alone.
 *
 * @param isDirect whether who wrote the log connects to the MX of the recipient's domain, and to no smarthost
 */
export function trustOf(recipient: string, outcome: LogOutcome, isDirect: boolean): LogReply['trust'] {
  if (isDirect || (outcome.host ?? null) !== null) return 'all'
  if (outcome.kind === 'delivered') return 'none'
  const { host } = classify(outcome.text).evidence
  return host !== undefined && isApplesHost(host, recipient) ? 'recipient' : 'none'
}
