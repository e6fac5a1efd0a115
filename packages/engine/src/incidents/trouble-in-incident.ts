import type { Verdict } from '@icloud-delivery/rules'
import type { Policy } from '../policy/policy.ts'
import type { Trouble } from '../decide/refusal.ts'

/**
 * What a reply that an incident covers leads to: the message is tried again, nothing is counted and no scope is closed. A
 * probe that meets it is still held, and its scope stays as it is.
 */
export function troubleInIncident(verdict: Verdict, rule: string, policy: Policy): Trouble {
  const { scope, evidence, text } = verdict
  return {
    rule,
    rulePolicy: { waitsSeconds: policy.incidents.waitsSeconds },
    says: { fault: 'provider', scope, disposition: 'retry', evidence, text },
    verdict,
  }
}
