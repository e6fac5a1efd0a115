import { argument } from './subject.ts'

/** An option of `createEngine` that is a number within a range. Throws `EARGUMENT`. */
export function ranged(name: string, value: unknown, otherwise: number, least: number, most: number): number {
  if (value === undefined) return otherwise
  if (typeof value === 'number' && value >= least && value <= most) return value
  throw argument('createEngine', name, `a number from ${least} to ${most}`, value)
}
