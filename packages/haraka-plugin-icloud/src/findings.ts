import { printable } from './printable.ts'

/** How bad a finding is: for an `error` Apple is likely to refuse the message. */
export type FindingSeverity = 'error' | 'warning' | 'note' | 'unknown'

/** Something that was found in a message before it is sent, as `@icloud-delivery/preflight` finds it. */
export interface PreflightFinding {
  /** Stable, such as `link-ip-literal`. */
  code: string
  severity: FindingSeverity
  /** One sentence. */
  title?: string
  /** What was seen. May hold remote text. */
  evidence?: string
  /** Where it was seen. */
  where?: string
  /** What to do about it. */
  fix?: string
}

const MOST = 50
const severities: readonly string[] = ['error', 'warning', 'note', 'unknown'] satisfies FindingSeverity[]

/** The findings in what a module gave, bounded; `null` if it is no list of findings. */
export function readFindings(given: unknown): PreflightFinding[] | null {
  if (!Array.isArray(given)) return null
  const findings: PreflightFinding[] = []
  for (const one of given.slice(0, MOST) as unknown[]) {
    const { code, severity, ...more } = (one ?? {}) as Record<string, unknown>
    if (typeof code !== 'string' || !severities.includes(String(severity))) return null
    const finding: PreflightFinding = { code: short(code, 64), severity: severity as FindingSeverity }
    for (const key of ['title', 'evidence', 'where', 'fix'] as const)
      if (typeof more[key] === 'string') finding[key] = short(more[key], 300)
    findings.push(finding)
  }
  return findings
}

/** Findings for a line of a log: the bad ones first. */
export function shownFindings(findings: readonly PreflightFinding[]): string {
  const order = (severity: string): number => severities.indexOf(severity)
  return findings
    .toSorted((a, b) => order(a.severity) - order(b.severity))
    .map(({ severity, code, where }) => `${severity} ${code}${where ? ` (${where})` : ''}`)
    .join(', ')
}

function short(text: string, limit: number): string {
  return printable(text, limit).replaceAll('"', "'")
}
