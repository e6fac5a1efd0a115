import type { Row, RowSpec } from './row.ts'

/** How much is to be measured. */
export interface Plan {
  /** The number of runs: what the command line says, else `standard`, or few if a smoke test is asked for. */
  runs(standard: number): number
  /** The size of one run: `full`, or `small` for a smoke test. */
  size(full: number, small: number): number
  /** Tells whoever watches what is going on. */
  progress(what: string, run: number, runs: number): void
}

/** Something that is measured at once and gives one or more rows. */
export interface Measurement {
  rows: readonly RowSpec[]
  measure(plan: Plan): Promise<Row[]>
}

/** Says why something cannot be measured on this machine. It is no failure. */
export class NotMeasured extends Error {}
