import { rules } from '@icloud-delivery/rules'
import { EngineError, found } from '../errors.ts'
import { didYouMean } from '../did-you-mean.ts'
import { resolveLanes, type LanesOptions } from '../lanes/lane-policy-check.ts'
import type { IncidentPolicy } from '../incidents/incident-policy.ts'
import { checkIncidents } from '../incidents/incident-policy-check.ts'
import type { SignalsPolicy } from '../signals/signals-policy.ts'
import { checkSignals } from '../signals/signals-policy-check.ts'
import { number, object, onlyKeys, seconds, wrong } from './check-value.ts'
import { checkHolds, checkOwnDomains, holdRuleKeys } from './hold-policy-check.ts'
import { checkRecipientPolicy, checkTopOfHour, recipientRuleKeys } from './recipient-policy-check.ts'
import { defaultPolicy, noReply, type Policy, type RulePolicy, type TopOfHourPolicy } from './policy.ts'

/** Changes to the policy: what is left out keeps its default. `null` takes a hold or a suppression away. */
export interface PolicyOptions {
  maxAgeSeconds?: Readonly<Record<string, number>>
  jitter?: number
  topOfHour?: Partial<TopOfHourPolicy>
  ledgerRetrySeconds?: number
  ownDomains?: readonly string[] | null
  probeLeaseSeconds?: number
  signals?: Partial<SignalsPolicy>
  lanes?: LanesOptions
  incidents?: Partial<IncidentPolicy>
  rules?: Readonly<Record<string, Partial<RulePolicy>>>
  otherwise?: Readonly<Record<string, Partial<RulePolicy>>>
}

/** Where nobody answered, nothing can be held against the recipient. */
const noReplyKeys: readonly (keyof RulePolicy)[] = ['waitsSeconds', 'hold']
const ruleKeys: readonly (keyof RulePolicy)[] = [
  ...noReplyKeys,
  'afterWaits',
  ...recipientRuleKeys,
  ...holdRuleKeys,
]

/**
 * The defaults with these changes.
 *
 * @throws EngineError `EPOLICY`, which names the option, for a name that is not known and for a value out of range
 */
export function resolvePolicy(options: PolicyOptions = {}): Policy {
  const given = object('policy', options)
  onlyKeys('policy', given, [
    'maxAgeSeconds',
    'jitter',
    'topOfHour',
    'ledgerRetrySeconds',
    'ownDomains',
    'probeLeaseSeconds',
    'signals',
    'lanes',
    'incidents',
    'rules',
    'otherwise',
  ])
  const ages = object('policy.maxAgeSeconds', options.maxAgeSeconds ?? {})
  for (const stream of Object.keys(ages)) seconds(`policy.maxAgeSeconds.${stream}`, ages[stream])
  if (options.jitter !== undefined) number('policy.jitter', options.jitter, 0, 1)
  const topOfHour = checkTopOfHour('policy.topOfHour', options.topOfHour)
  if (options.ledgerRetrySeconds !== undefined)
    seconds('policy.ledgerRetrySeconds', options.ledgerRetrySeconds)
  if (options.probeLeaseSeconds !== undefined)
    number('policy.probeLeaseSeconds', options.probeLeaseSeconds, 1, 3600)
  const ownDomains = checkOwnDomains('policy.ownDomains', options.ownDomains ?? defaultPolicy.ownDomains)
  if (options.signals !== undefined) checkSignals('policy.signals', options.signals)
  if (options.incidents !== undefined) checkIncidents('policy.incidents', options.incidents)

  const known = new Set([...Object.keys(defaultPolicy.rules), ...rules.map((rule) => rule.id)])
  return {
    maxAgeSeconds: { ...defaultPolicy.maxAgeSeconds, ...options.maxAgeSeconds },
    jitter: options.jitter ?? defaultPolicy.jitter,
    topOfHour,
    ledgerRetrySeconds: options.ledgerRetrySeconds ?? defaultPolicy.ledgerRetrySeconds,
    ownDomains,
    probeLeaseSeconds: options.probeLeaseSeconds ?? defaultPolicy.probeLeaseSeconds,
    signals: { ...defaultPolicy.signals, ...options.signals },
    lanes: resolveLanes('policy.lanes', defaultPolicy.lanes, options.lanes),
    incidents: { ...defaultPolicy.incidents, ...options.incidents },
    rules: mergeRules('policy.rules', defaultPolicy.rules, options.rules, known),
    otherwise: mergeRules(
      'policy.otherwise',
      defaultPolicy.otherwise,
      options.otherwise,
      new Set(Object.keys(defaultPolicy.otherwise)),
    ) as Policy['otherwise'],
  }
}

function mergeRules(
  path: string,
  defaults: Readonly<Record<string, RulePolicy>>,
  changes: PolicyOptions['rules'],
  known: ReadonlySet<string>,
): Record<string, RulePolicy> {
  const merged: Record<string, RulePolicy> = { ...defaults }
  for (const [name, change] of Object.entries(object(path, changes ?? {}))) {
    if (!known.has(name)) {
      throw new EngineError(
        'EPOLICY',
        `${path}: there is no ${found(name)}${didYouMean(name, [...known])}; expected one of ${[...known].join(', ')}`,
      )
    }
    const at = `${path}.${name}`
    checkRule(at, object(at, change), name === noReply ? noReplyKeys : ruleKeys)
    merged[name] = { ...merged[name], ...(change as Partial<RulePolicy>) }
  }
  return merged
}

function checkRule(path: string, rule: Record<string, unknown>, known: readonly string[]): void {
  onlyKeys(path, rule, known)
  const { waitsSeconds, afterWaits } = rule
  if (waitsSeconds !== undefined) {
    if (!Array.isArray(waitsSeconds) || waitsSeconds.length < 1 || waitsSeconds.length > 100) {
      throw wrong(`${path}.waitsSeconds`, 'an array of 1 to 100 waits in seconds', waitsSeconds)
    }
    waitsSeconds.forEach((wait, index) => seconds(`${path}.waitsSeconds[${index}]`, wait))
  }
  if (afterWaits !== undefined && afterWaits !== 'repeat' && afterWaits !== 'soft-bounce') {
    throw wrong(`${path}.afterWaits`, "'repeat' or 'soft-bounce'", afterWaits)
  }
  checkRecipientPolicy(path, rule)
  checkHolds(path, rule)
}
