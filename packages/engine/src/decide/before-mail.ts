import type { Phase, Verdict } from '@icloud-delivery/rules'
import type { Policy } from '../policy/policy.ts'
import type { Trouble } from './refusal.ts'

const unknownPermanent = 'unknown-permanent'
const unknownTemporary = 'unknown-temporary'

/** Whether no message had been named yet when the reply came: at the greeting, EHLO or STARTTLS. */
export function isBeforeMail(phase: Phase | null | undefined): boolean {
  return phase === 'connect' || phase === 'helo'
}

/**
 * What a permanent refusal before MAIL leads to whose words no rule knows: it says that this host does not serve us now, and
 * nothing about a message, so the message is tried again until it is too old. Postfix does the same (`smtp_skip_5xx_greeting`,
 * https://www.postfix.org/postconf.5.html). `null` for every other reply.
 */
export function troubleBeforeMail(
  verdict: Verdict,
  rule: string,
  policy: Policy,
  phase: Phase | null | undefined,
): Trouble | null {
  if (rule !== unknownPermanent || !isBeforeMail(phase)) return null
  const { fault, scope, evidence, text } = verdict
  const { rules, otherwise } = policy
  return {
    rule,
    rulePolicy: rules[unknownPermanent] ?? rules[unknownTemporary] ?? otherwise.retry,
    says: { fault, scope, disposition: 'retry', evidence, text },
    verdict,
  }
}
