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
  'private-relay': "the domain's mail to the private relay",
}

function holdSentence(hold: HoldPolicy): string {
  const { scope, count, windowSeconds, share, distinct, forSeconds, probeEverySeconds } = hold
  if (count === 1)
    return `held with ${held[scope]} until a probe, one in ${time(probeEverySeconds ?? forSeconds)}, is accepted`
  const from = distinct === 'recipient' ? ' recipients' : distinct ? ' campaigns or senders' : ''
  const ofAttempts = share ? ` and ${share * 100} % of attempts` : ''
  return `${count}${from}${ofAttempts} in ${time(windowSeconds)} hold ${held[scope]} for ${time(forSeconds)}`
}

function retrySentence({ waitsSeconds = [], afterWaits, pause, slowLane }: RulePolicy): string {
  if (afterWaits === 'soft-bounce') {
    const all = waitsSeconds.reduce((sum, seconds) => sum + seconds, 0)
    const paused = pause ? `; ${pause.streams.join(', ')} pauses after ${time(pause.afterSeconds)}` : ''
    return `retried for ${time(all)}, then one soft bounce; never suppressed${paused}`
  }
  const slowed = slowLane
    ? `; ${slowLane.recipients} recipients in ${time(slowLane.windowSeconds)} slow the lane`
    : ''
  return `retried after ${time(waitsSeconds[0] ?? 0)}, doubling to ${time(waitsSeconds.at(-1) ?? 0)}${slowed}`
}

function quarantineSentence({ quarantine }: RulePolicy): string {
  if (!quarantine) return 'suppressed at once'
  const { acceptedWithinSeconds, quarantineSeconds } = quarantine
  return `suppressed at once; if it took mail within ${time(acceptedWithinSeconds)}, by a second reply after ${time(quarantineSeconds)}`
}

function messageSentence(rule: Rule, policy: RulePolicy): string | null {
  switch (rule.disposition) {
    case 'retry':
      return retrySentence(policy)
    case 'suppress':
      return quarantineSentence(policy)
    case 'fail':
      return 'given up, the recipient stays'
    case 'hold':
      return null
    case 'soft-bounce': {
      const { suppress, alertDomain } = policy
      const days = (suppress?.overSeconds ?? 0) / hour / 24
      return suppress
        ? `soft bounce; suppressed after ${suppress.failures} over ${days} days`
        : `soft bounce; never suppressed${alertDomain ? `; an alert after ${alertDomain.failures} over ${time(alertDomain.overSeconds)}` : ''}`
    }
  }
}

function row(rule: Rule): string {
  const text = rule.examples[0]?.input ?? ''
  const reply = text.length > 80 ? `${text.slice(0, 79).trimEnd()}…` : text
  const policy = defaultPolicy.rules[rule.id] ?? defaultPolicy.otherwise[rule.disposition]
  const campaign = policy.campaign ? 'the rest of the campaign waits' : null
  const hold = policy.hold ? holdSentence(policy.hold) : null
  const slower = policy.slowsLane ? 'the lane is halved' : null
  // The one rule whose policy depends on the evidence: see rulePolicyOf.
  const onPbl = `${rule.id}:PBL` in defaultPolicy.rules ? 'PBL: no probe, it takes another way out' : null
  const done = [messageSentence(rule, policy), campaign, slower, hold, onPbl]
    .filter((sentence) => sentence !== null)
    .join('; ')
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
