import type { Hold } from '@icloud-delivery/engine'
import type { ListingOptions, ListingReport } from '@icloud-delivery/preflight'
import { timeWords } from '../output/time-words.ts'
import { ruleFinding } from './rule-finding.ts'
import type { Step } from './step.ts'

/**
 * The second step: lists of IPs and domains, and what Apple blocks now.
 *
 * @param holds - of the ledger; `null` without one
 */
export async function lookAtReputation(
  domain: string,
  ips: readonly string[],
  holds: readonly Hold[] | null,
  options: ListingOptions,
): Promise<Step> {
  const { checkListings } = await import('@icloud-delivery/preflight')
  const report: ListingReport = await checkListings(ips, [domain], options)
  const blocks = (holds ?? []).filter(({ scope }) => scope === 'sending-ip')
  return {
    name: 'reputation',
    title: 'Reputation',
    skipped: null,
    facts: report.listings.map(({ subject, status, lists }) => [
      subject,
      status === 'listed' ? `listed: ${lists.join(', ')}` : status.replace('-', ' '),
    ]),
    findings: [...blocks.map(blocked), ...report.findings],
    report: { ...report, holds: blocks },
  }
}

/** What is held because of Apple's replies. */
export function blocked({ scope, id, rule, since, reply }: Hold): ReturnType<typeof ruleFinding> {
  return ruleFinding(rule, {
    severity: 'error',
    where: `${scope} ${id}`,
    evidence: `held since ${timeWords(since)} UTC: ${reply}`,
  })
}
