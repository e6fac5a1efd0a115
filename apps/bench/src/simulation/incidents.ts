import { directoryIncident, endOf, policyIncident, startOf, type Span } from './troubles.ts'
import type { SeenIncident } from './watch.ts'

/** An incident that there was, and what the engine saw of it; seconds. */
export interface ComparedIncident {
  name: string
  from: number
  until: number
  /** Empty if it was not noticed. More than one if the engine took it for over while it lasted. */
  seen: readonly SeenIncident[]
}

/** What there was against what was seen. */
export interface IncidentFigures {
  real: readonly ComparedIncident[]
  /** Seen, and there was none. */
  falseAlarms: readonly SeenIncident[]
}

const real: readonly (readonly [name: string, span: Span])[] = [
  ['half of the directory is gone', directoryIncident],
  ['everything is refused with HM08', policyIncident],
]

export function compareIncidents(seen: readonly SeenIncident[]): IncidentFigures {
  const compared = real.map(([name, span]): ComparedIncident => {
    const from = startOf(span)
    const until = endOf(span)
    return { name, from, until, seen: seen.filter(({ noticedAt }) => from <= noticedAt && noticedAt < until) }
  })
  const found = compared.flatMap((one) => one.seen)
  return { real: compared, falseAlarms: seen.filter((one) => !found.includes(one)) }
}
