import type { Parts } from '../engine-core.ts'
import { listIncidents } from './list-incidents.ts'
import type { IncidentRelease } from '../operator/release-request.ts'
import { releaseSelected } from '../operator/release-replies.ts'
import { ruleOfKind } from './reply-kind.ts'
import { argument } from '../subject.ts'

/**
 * Takes back what the rules of an incident did from its onset to its end, if it did not do so by itself. Looks through all
 * recipients. Says how many suppressions were released.
 */
export async function releaseIncident(parts: Parts, request: IncidentRelease): Promise<number> {
  const { incident: id } = request
  if (typeof id !== 'string' || 'rule' in request || 'since' in request || 'until' in request)
    throw argument('release', 'incident', 'the id of an incident, and no rule or time beside it', id)
  const incident = (await listIncidents(parts.ledger)).find((one) => one.id === id)
  if (incident === undefined) return 0
  const { since, endedAt } = incident
  const until = endedAt ?? Infinity
  const rules = new Set(incident.rules.map(ruleOfKind))
  const isOfIt = (rule: string | null, first: number, last: number): boolean =>
    rules.has(rule ?? '') && first >= since && last <= until
  return releaseSelected(parts, { incident: id }, request, {
    suppression: ({ rule, at }) => isOfIt(rule, at, at),
    count: ({ rule, firstAt, lastAt }) => isOfIt(rule, firstAt, lastAt),
    quarantine: ({ rule, at }) => isOfIt(rule, at, at),
  })
}
