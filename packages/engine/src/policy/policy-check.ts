import { rules } from '@icloud-delivery/rules'
import { EngineError, found } from '../errors.ts'
import { didYouMean } from '../did-you-mean.ts'
import type { SignalsPolicy } from '../signals/signals-policy.ts'
import { checkSignals } from '../signals/signals-policy-check.ts'
import {
  defaultPolicy,
  noReply,
  type HoldPolicy,
  type Policy,
  type RulePolicy,
  type SuppressPolicy,
} from './policy.ts'

/** Changes to the policy: what is left out keeps its default. `null` takes a hold or a suppression away. */
export interface PolicyOptions {
  maxAgeSeconds?: Readonly<Record<string, number>>
  jitter?: number
  ledgerRetrySeconds?: number
  signals?: Partial<SignalsPolicy>
  rules?: Readonly<Record<string, Partial<RulePolicy>>>
  otherwise?: Readonly<Record<string, Partial<RulePolicy>>>
}

const longestSeconds = 366 * 24 * 3600
/** Where nobody answered, nothing can be held against the recipient. */
const noReplyKeys: readonly (keyof RulePolicy)[] = ['waitsSeconds', 'hold']
const ruleKeys: readonly (keyof RulePolicy)[] = [...noReplyKeys, 'afterWaits', 'slowsRecipient', 'suppress']

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
    'ledgerRetrySeconds',
    'signals',
    'rules',
    'otherwise',
  ])
  const ages = object('policy.maxAgeSeconds', options.maxAgeSeconds ?? {})
  for (const stream of Object.keys(ages)) seconds(`policy.maxAgeSeconds.${stream}`, ages[stream])
  if (options.jitter !== undefined) number('policy.jitter', options.jitter, 0, 1)
  if (options.ledgerRetrySeconds !== undefined)
    seconds('policy.ledgerRetrySeconds', options.ledgerRetrySeconds)
  if (options.signals !== undefined) checkSignals('policy.signals', options.signals)

  const known = new Set([...Object.keys(defaultPolicy.rules), ...rules.map((rule) => rule.id)])
  return {
    maxAgeSeconds: { ...defaultPolicy.maxAgeSeconds, ...options.maxAgeSeconds },
    jitter: options.jitter ?? defaultPolicy.jitter,
    ledgerRetrySeconds: options.ledgerRetrySeconds ?? defaultPolicy.ledgerRetrySeconds,
    signals: { ...defaultPolicy.signals, ...options.signals },
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
  const { waitsSeconds, afterWaits, slowsRecipient, suppress, hold } = rule
  if (waitsSeconds !== undefined) {
    if (!Array.isArray(waitsSeconds) || waitsSeconds.length < 1 || waitsSeconds.length > 100) {
      throw wrong(`${path}.waitsSeconds`, 'an array of 1 to 100 waits in seconds', waitsSeconds)
    }
    waitsSeconds.forEach((wait, index) => seconds(`${path}.waitsSeconds[${index}]`, wait))
  }
  if (afterWaits !== undefined && afterWaits !== 'repeat' && afterWaits !== 'soft-bounce') {
    throw wrong(`${path}.afterWaits`, "'repeat' or 'soft-bounce'", afterWaits)
  }
  if (slowsRecipient !== undefined) boolean(`${path}.slowsRecipient`, slowsRecipient)
  if (suppress != null) checkSuppress(`${path}.suppress`, object(`${path}.suppress`, suppress))
  if (hold != null) checkHold(`${path}.hold`, object(`${path}.hold`, hold))
}

function checkSuppress(path: string, suppress: Record<string, unknown>): void {
  const keys: (keyof SuppressPolicy)[] = ['failures', 'apartSeconds', 'overSeconds']
  onlyKeys(path, suppress, keys)
  whole(`${path}.failures`, suppress.failures, 2)
  number(`${path}.apartSeconds`, suppress.apartSeconds, 0, longestSeconds)
  number(`${path}.overSeconds`, suppress.overSeconds, 0, longestSeconds)
}

function checkHold(path: string, hold: Record<string, unknown>): void {
  const keys: (keyof HoldPolicy)[] = [
    'scope',
    'perStream',
    'family',
    'count',
    'windowSeconds',
    'forSeconds',
    'probeEverySeconds',
  ]
  onlyKeys(path, hold, keys)
  if (hold.scope !== 'sending-ip' && hold.scope !== 'sending-domain' && hold.scope !== 'stream') {
    throw wrong(`${path}.scope`, "'sending-ip', 'sending-domain' or 'stream'", hold.scope)
  }
  if (hold.perStream !== undefined) boolean(`${path}.perStream`, hold.perStream)
  if (hold.family !== undefined && typeof hold.family !== 'string') {
    throw wrong(`${path}.family`, 'a string', hold.family)
  }
  whole(`${path}.count`, hold.count, 1)
  seconds(`${path}.windowSeconds`, hold.windowSeconds)
  seconds(`${path}.forSeconds`, hold.forSeconds)
  if (hold.probeEverySeconds !== null) seconds(`${path}.probeEverySeconds`, hold.probeEverySeconds)
}

function seconds(path: string, value: unknown): void {
  if (typeof value === 'number' && value > 0 && value <= longestSeconds) return
  throw wrong(path, `seconds, more than 0 and at most ${longestSeconds}`, value)
}

function number(path: string, value: unknown, least: number, most: number): void {
  if (typeof value === 'number' && value >= least && value <= most) return
  throw wrong(path, `a number from ${least} to ${most}`, value)
}

function whole(path: string, value: unknown, least: number): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= 1000) return
  throw wrong(path, `a whole number from ${least} to 1000`, value)
}

function boolean(path: string, value: unknown): void {
  if (typeof value !== 'boolean') throw wrong(path, 'true or false', value)
}

function object(path: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw wrong(path, 'an object', value)
}

function onlyKeys(path: string, value: Record<string, unknown>, known: readonly string[]): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue
    throw new EngineError(
      'EPOLICY',
      `${path}: there is no option ${found(key)}${didYouMean(key, known)}; expected one of ${known.join(', ')}`,
    )
  }
}

function wrong(path: string, expected: string, value: unknown): EngineError {
  return new EngineError('EPOLICY', `${path}: expected ${expected}, found ${found(value)}`)
}
