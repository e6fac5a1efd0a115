import { boolean, longestSeconds, number, object, onlyKeys, seconds, whole, wrong } from './check-value.ts'
import { defaultPolicy, type RulePolicy, type TopOfHourPolicy } from './policy.ts'
import type { PausePolicy, QuarantinePolicy, SlowLanePolicy, SuppressPolicy } from './recipient-policy.ts'

/** What a rule may do to a recipient, and to where it is. */
export const recipientRuleKeys: readonly (keyof RulePolicy)[] = [
  'slowsRecipient',
  'slowLane',
  'suppress',
  'quarantine',
  'pause',
  'alertDomain',
]

type Check = (path: string, value: Record<string, unknown>) => void

const checks: readonly [keyof RulePolicy, Check][] = [
  ['suppress', checkFailures],
  ['alertDomain', checkFailures],
  ['slowLane', checkSlowLane],
  ['quarantine', checkQuarantine],
  ['pause', checkPause],
]

/** Checks those options of one rule. `null` takes one away. */
export function checkRecipientPolicy(path: string, rule: Record<string, unknown>): void {
  if (rule.slowsRecipient !== undefined) boolean(`${path}.slowsRecipient`, rule.slowsRecipient)
  for (const [name, check] of checks) {
    const value = rule[name]
    if (value != null) check(`${path}.${name}`, object(`${path}.${name}`, value))
  }
}

function checkFailures(path: string, value: Record<string, unknown>): void {
  onlyKeys(path, value, ['failures', 'apartSeconds', 'overSeconds'] satisfies (keyof SuppressPolicy)[])
  whole(`${path}.failures`, value.failures, 2)
  number(`${path}.apartSeconds`, value.apartSeconds, 0, longestSeconds)
  number(`${path}.overSeconds`, value.overSeconds, 0, longestSeconds)
}

function checkSlowLane(path: string, value: Record<string, unknown>): void {
  onlyKeys(path, value, ['recipients', 'windowSeconds'] satisfies (keyof SlowLanePolicy)[])
  whole(`${path}.recipients`, value.recipients, 1)
  seconds(`${path}.windowSeconds`, value.windowSeconds)
}

function checkQuarantine(path: string, value: Record<string, unknown>): void {
  onlyKeys(path, value, ['acceptedWithinSeconds', 'quarantineSeconds'] satisfies (keyof QuarantinePolicy)[])
  seconds(`${path}.acceptedWithinSeconds`, value.acceptedWithinSeconds)
  seconds(`${path}.quarantineSeconds`, value.quarantineSeconds)
}

function checkPause(path: string, value: Record<string, unknown>): void {
  onlyKeys(path, value, ['streams', 'afterSeconds', 'everySeconds'] satisfies (keyof PausePolicy)[])
  const { streams } = value
  if (!Array.isArray(streams) || streams.some((stream) => typeof stream !== 'string'))
    throw wrong(`${path}.streams`, 'an array of streams', streams)
  seconds(`${path}.afterSeconds`, value.afterSeconds)
  seconds(`${path}.everySeconds`, value.everySeconds)
}

/** The default with these changes. */
export function checkTopOfHour(path: string, given: Partial<TopOfHourPolicy> | undefined): TopOfHourPolicy {
  const changes = object(path, given ?? {})
  onlyKeys(path, changes, ['avoidSeconds', 'hourSeconds'] satisfies (keyof TopOfHourPolicy)[])
  const { avoidSeconds, hourSeconds } = { ...defaultPolicy.topOfHour, ...given }
  seconds(`${path}.hourSeconds`, hourSeconds)
  number(`${path}.avoidSeconds`, avoidSeconds, 0, hourSeconds / 4)
  return { avoidSeconds, hourSeconds }
}
