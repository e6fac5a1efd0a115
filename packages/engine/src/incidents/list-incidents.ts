import {
  countsKey,
  openKey,
  pastPrefix,
  type Incident,
  type IncidentState,
  type PastIncident,
  type StoredIncident,
} from './incident.ts'
import type { Ledger } from '../ledger/ledger.ts'

const mostPast = 50

/** The incidents that last, and those that are over: the newest first. */
export async function listIncidents(ledger: Ledger): Promise<Incident[]> {
  const [entry] = await ledger.read([openKey])
  const all: (StoredIncident | PastIncident)[] = [...(((entry?.value ?? {}) as IncidentState).open ?? [])]
  for await (const { value } of ledger.list(pastPrefix)) all.push(value as PastIncident)
  return withCounts(
    ledger,
    all.toSorted((a, b) => b.detectedAt - a.detectedAt || (a.id < b.id ? 1 : -1)),
  )
}

/** Incidents with what was done for their sake. */
export async function withCounts(
  ledger: Ledger,
  incidents: readonly (StoredIncident | PastIncident)[],
): Promise<Incident[]> {
  const counts = await ledger.counts(incidents.map(({ id }) => countsKey(id)))
  return incidents.map((incident, index): Incident => {
    const { id, type, since, detectedAt, numbers, covers } = incident
    const done = counts[index] ?? {}
    return {
      id,
      type,
      rules: covers.map(({ kind }) => kind),
      since,
      detectedAt,
      endedAt: 'endedAt' in incident ? incident.endedAt : null,
      endedBy: 'endedBy' in incident ? incident.endedBy : null,
      numbers,
      retried: done.retried ?? 0,
      takenBack: done['taken-back'] ?? 0,
      givenUp: done['given-up'] ?? 0,
    }
  })
}

/** Forgets the oldest of those that are over. */
export async function forgetOldIncidents(ledger: Ledger): Promise<void> {
  const past: { key: string; expected: number; value: null }[] = []
  for await (const { key, version } of ledger.list(pastPrefix))
    past.push({ key, expected: version, value: null })
  const old = past.slice(0, -mostPast)
  if (old.length > 0) await ledger.write(old)
}
