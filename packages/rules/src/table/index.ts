import type { Rule } from '../rule.ts'
import { policyRules } from './policy.ts'
import { privateRelayRules } from './private-relay.ts'
import { providerRules } from './provider.ts'
import { rateRules } from './rate.ts'
import { recipientRules } from './recipient.ts'
import { senderIdentityRules } from './sender-identity.ts'
import { sendingIpRules } from './sending-ip.ts'
import { sessionRules } from './session.ts'
import { unknownRules } from './unknown.ts'

/**
 * The table: what each known reply of Apple's means. Data only; the fall-backs `unknown-temporary` and
 * `unknown-permanent` come last and have no words.
 */
export const rules: readonly Rule[] = [
  ...rateRules,
  ...recipientRules,
  ...senderIdentityRules,
  ...sendingIpRules,
  ...policyRules,
  ...privateRelayRules,
  ...providerRules,
  ...sessionRules,
  ...unknownRules,
]
