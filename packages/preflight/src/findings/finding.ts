import { kinds, type FindingCode } from './kinds.ts'
import { shown } from './shown.ts'

/**
 * `error`: Apple is likely to refuse mail for this, or asks for it in so many words. `warning`: it makes a refusal more likely.
 * `note`: worth knowing, refuses nothing by itself. `unknown`: could not be looked at, so it is neither good nor bad.
 */
export type Severity = 'error' | 'warning' | 'note' | 'unknown'

/** One thing that was found before a send. */
export interface Finding {
  /** Stable, never reused. */
  code: FindingCode
  severity: Severity
  /** Ids of the rules of `@icloud-delivery/rules`: the replies of Apple's that this risks. Empty if acceptance does not depend on it. */
  risks: readonly string[]
  /** One sentence that holds for every finding with this code. */
  title: string
  /** What was seen, at most 500 characters. May hold remote text, with control characters escaped. */
  evidence: string
  /** What to do about it. */
  fix: string
  /** Where it was seen, such as `TXT example.com`, `header Date` or `attachment "offer.zip"`. */
  where: string
}

export interface Sighting {
  evidence: string
  where: string
  /** If it is milder or worse than this code usually is. */
  severity?: Severity
}

export function found(code: FindingCode, { evidence, where, severity }: Sighting): Finding {
  const kind = kinds[code]
  return {
    code,
    severity: severity ?? kind.severity,
    risks: kind.risks,
    title: kind.title,
    evidence: shown(evidence, 500),
    fix: kind.fix,
    where: shown(where, 200),
  }
}

const order: Record<Severity, number> = { error: 0, warning: 1, unknown: 2, note: 3 }

/** The worst first; among equals they keep their order. */
export function bySeverity(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => order[a.severity] - order[b.severity])
}
