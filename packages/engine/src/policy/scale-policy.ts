import type { Policy, RulePolicy } from './policy.ts'
import type { CampaignHoldPolicy, HoldPolicy } from './hold-policy.ts'
import type { SuppressPolicy } from './recipient-policy.ts'
import { defaultPolicy } from './policy.ts'
import { EngineError, found } from '../errors.ts'
import { scaleLanes } from '../lanes/lane-policy.ts'
import { scaleIncidents } from '../incidents/incident-policy.ts'
import { scaleSignals } from '../signals/signals-policy.ts'

/**
 * The policy with every time multiplied: `scalePolicy(1 / 3600)` runs an hour in a second. For tests and demos.
 *
 * @param factor more than 0
 * @param policy Default: the defaults.
 * @throws EngineError `EPOLICY` for a factor that is not a number above 0
 */
export function scalePolicy(factor: number, policy: Policy = defaultPolicy): Policy {
  if (!(Number.isFinite(factor) && factor > 0)) {
    throw new EngineError(
      'EPOLICY',
      `scalePolicy: the factor must be a number above 0, found ${found(factor)}`,
    )
  }
  return {
    ...policy,
    maxAgeSeconds: mapValues(policy.maxAgeSeconds, (seconds) => seconds * factor),
    topOfHour: {
      avoidSeconds: policy.topOfHour.avoidSeconds * factor,
      hourSeconds: policy.topOfHour.hourSeconds * factor,
    },
    ledgerRetrySeconds: policy.ledgerRetrySeconds * factor,
    signals: scaleSignals(policy.signals, factor),
    lanes: scaleLanes(policy.lanes, factor),
    incidents: scaleIncidents(policy.incidents, factor),
    rules: mapValues(policy.rules, (rule) => scaleRule(rule, factor)),
    otherwise: mapValues(policy.otherwise, (rule) => scaleRule(rule, factor)) as Policy['otherwise'],
  }
}

function scaleRule(rule: RulePolicy, factor: number): RulePolicy {
  const scaled: RulePolicy = { ...rule }
  if (rule.waitsSeconds) scaled.waitsSeconds = rule.waitsSeconds.map((seconds) => seconds * factor)
  if (rule.suppress) scaled.suppress = scaleSuppress(rule.suppress, factor)
  if (rule.alertDomain) scaled.alertDomain = scaleSuppress(rule.alertDomain, factor)
  if (rule.slowLane)
    scaled.slowLane = { ...rule.slowLane, windowSeconds: rule.slowLane.windowSeconds * factor }
  if (rule.quarantine) {
    scaled.quarantine = {
      acceptedWithinSeconds: rule.quarantine.acceptedWithinSeconds * factor,
      quarantineSeconds: rule.quarantine.quarantineSeconds * factor,
    }
  }
  if (rule.pause) {
    scaled.pause = {
      streams: rule.pause.streams,
      afterSeconds: rule.pause.afterSeconds * factor,
      everySeconds: rule.pause.everySeconds * factor,
    }
  }
  if (rule.hold) scaled.hold = scaleHold(rule.hold, factor)
  if (rule.campaign) scaled.campaign = scaleTimes(rule.campaign, factor)
  return scaled
}

function scaleSuppress(suppress: SuppressPolicy, factor: number): SuppressPolicy {
  return {
    failures: suppress.failures,
    apartSeconds: suppress.apartSeconds * factor,
    overSeconds: suppress.overSeconds * factor,
  }
}

function scaleHold(hold: HoldPolicy, factor: number): HoldPolicy {
  const scaled: HoldPolicy = {
    ...hold,
    windowSeconds: hold.windowSeconds * factor,
    ...scaleTimes(hold, factor),
  }
  if (hold.engagedOnlySeconds != null) scaled.engagedOnlySeconds = hold.engagedOnlySeconds * factor
  return scaled
}

function scaleTimes(
  { forSeconds, probeEverySeconds }: CampaignHoldPolicy,
  factor: number,
): CampaignHoldPolicy {
  return {
    forSeconds: forSeconds * factor,
    probeEverySeconds: probeEverySeconds === null ? null : probeEverySeconds * factor,
  }
}

function mapValues<T>(values: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]))
}
