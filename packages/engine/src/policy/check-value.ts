import { didYouMean } from '../did-you-mean.ts'
import { EngineError, found } from '../errors.ts'

/* Checks of single values. Each throws `EPOLICY`, with the option's name first. */

/** The longest time that makes sense as an option. */
export const longestSeconds: number = 366 * 24 * 3600

/** More than 0, at most {@link longestSeconds}. */
export function seconds(path: string, value: unknown): void {
  if (typeof value === 'number' && value > 0 && value <= longestSeconds) return
  throw wrong(path, `seconds, more than 0 and at most ${longestSeconds}`, value)
}

/** From `least` to `most`. */
export function number(path: string, value: unknown, least: number, most: number): void {
  if (typeof value === 'number' && value >= least && value <= most) return
  throw wrong(path, `a number from ${least} to ${most}`, value)
}

/** A whole number from `least` to 1,000. */
export function whole(path: string, value: unknown, least: number): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= 1000) return
  throw wrong(path, `a whole number from ${least} to 1000`, value)
}

export function boolean(path: string, value: unknown): void {
  if (typeof value !== 'boolean') throw wrong(path, 'true or false', value)
}

/** The value itself, if it is an object and no array. */
export function object(path: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw wrong(path, 'an object', value)
}

/** An object with no other keys than these. */
export function onlyKeys(path: string, value: Record<string, unknown>, known: readonly string[]): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue
    throw new EngineError(
      'EPOLICY',
      `${path}: there is no option ${found(key)}${didYouMean(key, known)}; expected one of ${known.join(', ')}`,
    )
  }
}

/** The error. */
export function wrong(path: string, expected: string, value: unknown): EngineError {
  return new EngineError('EPOLICY', `${path}: expected ${expected}, found ${found(value)}`)
}
