import { defaultPolicy, type HoldPolicy, type RulePolicy } from '../packages/engine/dist/index.js'
import { rules, type Rule } from '../packages/rules/dist/index.js'

const hour = 3600

function time(seconds: number): string {
  if (seconds < hour) return `${seconds / 60} min`
  return seconds > 72 * hour ? `${seconds / hour / 24} days` : `${seconds / hour} h`
}

const held: Readonly<Record<HoldPolicy['scope'], string>> = {
  'sending-ip': 'the whole lane',
  stream: 'the stream',
  'sending-domain': 'the domain',
}

function holdSentence({ scope, count, windowSeconds, forSeconds, probeEverySeconds }: HoldPolicy): string {
  if (count === 1)
    return `held with ${held[scope]} until a probe, one in ${time(probeEverySeconds ?? forSeconds)}, is accepted`
  return `${count} in ${time(windowSeconds)} hold ${held[scope]} for ${time(forSeconds)}`
}

function retrySentence({ waitsSeconds = [], afterWaits }: RulePolicy): string {
  if (afterWaits === 'soft-bounce') {
    const all = waitsSeconds.reduce((sum, seconds) => sum + seconds, 0)
    return `retried for ${time(all)}, then one soft bounce; never suppressed`
  }
  return `retried after ${time(waitsSeconds[0] ?? 0)}, doubling to ${time(waitsSeconds.at(-1) ?? 0)}`
}

function messageSentence(rule: Rule, policy: RulePolicy): string | null {
  switch (rule.disposition) {
    case 'retry':
      return retrySentence(policy)
    case 'suppress':
      return 'suppressed at once'
    case 'fail':
      return 'given up, the recipient stays'
    case 'hold':
      return null
    case 'soft-bounce': {
      const { suppress } = policy
      const days = (suppress?.overSeconds ?? 0) / hour / 24
      return suppress
        ? `soft bounce; suppressed after ${suppress.failures} over ${days} days`
        : 'soft bounce; never suppressed'
    }
  }
}

function row(rule: Rule): string {
  const text = rule.examples[0]?.input ?? ''
  const reply = text.length > 80 ? `${text.slice(0, 79).trimEnd()}…` : text
  const policy = defaultPolicy.rules[rule.id] ?? defaultPolicy.otherwise[rule.disposition]
  const hold = policy.hold ? holdSentence(policy.hold) : null
  // The one rule whose policy depends on the evidence: see rulePolicyOf.
  const onPbl = `${rule.id}:PBL` in defaultPolicy.rules ? 'PBL: no probe, it takes another way out' : null
  const done = [messageSentence(rule, policy), hold, onPbl].filter((sentence) => sentence !== null).join('; ')
  return `| \`${reply}\` | ${rule.id} | ${rule.fault} | ${done} |`
}

/** The table of replies in the README, from the rules and the default policy themselves. */
export function repliesTable(): string {
  const known = rules.filter((rule) => rule.fault !== 'unknown')
  return [
    '| Apple says | rule | fault | what is done |',
    '| --- | --- | --- | --- |',
    ...known.map(row),
  ].join('\n')
}

if (import.meta.main) process.stdout.write(`${repliesTable()}\n`)
