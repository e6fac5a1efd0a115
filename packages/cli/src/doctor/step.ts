import type { AnyFinding } from '../findings/any-finding.ts'

/** One of the five things that a doctor looks at. */
export interface Step {
  name: 'authentication' | 'reputation' | 'content' | 'bounces' | 'batch'
  title: string
  /** Why it was not looked at; `null` if it was. */
  skipped: string | null
  /** What was seen, for people. */
  facts: readonly (readonly [label: string, value: string])[]
  /** The worst first. */
  findings: readonly AnyFinding[]
  /** Everything that was seen, for programs; `null` if it was not looked at. */
  report: unknown
}
