import type { Severity } from './finding.ts'

/** What holds for every finding with one code. */
export interface Kind {
  severity: Severity
  /** Ids of rules. */
  risks: readonly string[]
  title: string
  fix: string
}
