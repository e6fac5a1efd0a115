import type { Engine, Hold, Rates } from '@icloud-delivery/engine'
import { rules, type Fault } from '@icloud-delivery/rules'
import type { AnyFinding } from '../findings/any-finding.ts'
import { counted, countWords } from '../output/time-words.ts'
import { blocked } from './look-at-reputation.ts'
import { ruleFinding } from './rule-finding.ts'
import type { Step } from './step.ts'

/** Refusals for the sender's reasons from this share of attempts on are to be mended; Apple's own limits are not known. */
const badShare = 0.01
/** Recipients that are gone: from this share on a list is old. */
const oldListShare = 0.02
/** Fewer replies of a kind say nothing. */
const fewest = 3

const faults = new Map<string, Fault>(rules.map(({ id, fault }) => [id, fault]))
const order = { error: 0, warning: 1, unknown: 2, note: 3 } as const

/** The fourth step: what Apple answered over the last 30 days to mail from this envelope domain. */
export async function lookAtBounces(
  engine: Pick<Engine, 'rates'>,
  domain: string,
  holds: readonly Hold[],
): Promise<Step> {
  const rates = await engine.rates({ window: 'month', domain })
  const others = holds.filter(({ scope }) => scope !== 'sending-ip')
  const base = { name: 'bounces', title: 'Bounce patterns' } as const
  if (rates.attempts === 0 && others.length === 0)
    return {
      ...base,
      skipped: `no mail of the envelope domain ${domain} to Apple is on record in the last 30 days (--return-path names another)`,
      facts: [],
      findings: [],
      report: null,
    }
  const { attempts, delivered, deferred, bounced, refused } = rates
  const share = (count: number): string =>
    `${countWords(count)} (${((100 * count) / Math.max(1, attempts)).toFixed(1)} %)`
  return {
    ...base,
    skipped: null,
    facts: [
      ['Attempts', `${countWords(attempts)} in 30 days`],
      ['Delivered', share(delivered)],
      ['Deferred', share(deferred)],
      ['Bounced', share(bounced)],
      ['Refused', share(refused)],
    ],
    findings: [...others.map(blocked), ...patterns(rates)].toSorted(
      (a, b) => order[a.severity] - order[b.severity],
    ),
    report: { rates, holds: others },
  }
}

/** What the counts of replies come to. */
export function patterns({ rules: counts, attempts }: Pick<Rates, 'rules' | 'attempts'>): AnyFinding[] {
  return Object.entries(counts)
    .toSorted(([, a], [, b]) => b - a)
    .flatMap(([rule, count]) => {
      const severity = severityOf(faults.get(rule), count, count / Math.max(1, attempts))
      if (severity === null) return []
      const percent = ((100 * count) / Math.max(1, attempts)).toFixed(1)
      return [
        ruleFinding(rule, {
          severity,
          where: 'replies on record',
          evidence: `${countWords(count)} of ${counted(attempts, 'attempt')} (${percent} %) in 30 days`,
        }),
      ]
    })
}

function severityOf(fault: Fault | undefined, count: number, share: number): AnyFinding['severity'] | null {
  if (fault === undefined || fault === 'unknown') return count >= fewest ? 'note' : null
  if (fault === 'recipient' || fault === 'recipient-domain')
    return count >= fewest && share >= oldListShare ? 'warning' : null
  if (fault === 'rate' || fault === 'provider' || fault === 'protocol') return count >= fewest ? 'note' : null
  if (count >= fewest && share >= badShare) return 'error'
  return count >= fewest ? 'warning' : 'note'
}
