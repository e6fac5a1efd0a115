import { closest, distance } from 'fastest-levenshtein'
import { PreflightError } from '../errors.ts'
import type { Check } from './check.ts'
import { wrong } from './wrong.ts'

/** A check for each option. `needed` are those without which nothing works. */
export interface Shape<Options> {
  checks: { readonly [Name in keyof Options]-?: Check }
  needed?: readonly (keyof Options & string)[]
}

/** Options of a call: an object, with no name that the call does not know, as a misspelt one would do nothing. */
export function checkOptions<Options>(call: string, options: unknown, shape: Shape<Options>): void {
  if (!isObject(options)) wrong(`${call}: the options`, objectWith(shape), options)
  checkEach(options, call, `${call}: `, shape)
}

/** The same for an object within options. */
export function objectOf<Options>(shape: Shape<Options>): Check {
  return (value, name) => {
    if (!isObject(value)) return wrong(name, objectWith(shape), value)
    checkEach(value, name, `${name}.`, shape)
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function objectWith<Options>({ checks }: Shape<Options>): string {
  return `an object with ${Object.keys(checks).join(', ')}`
}

function checkEach<Options>(
  options: Record<string, unknown>,
  name: string,
  prefix: string,
  { checks, needed = [] }: Shape<Options>,
): void {
  const known = checks as Record<string, Check>
  for (const [key, value] of Object.entries(options)) {
    if (!Object.hasOwn(known, key)) throw unknown(name, key, Object.keys(known))
    if (value !== undefined) known[key]?.(value, `${prefix}${key}`)
  }
  for (const key of needed)
    if (options[key] === undefined)
      throw new PreflightError('EARGUMENT', `${prefix}${key} is missing; give ${needed.join(', ')}.`)
}

function unknown(name: string, key: string, known: readonly string[]): PreflightError {
  const given = key.slice(0, 60)
  const lower = given.toLowerCase()
  const near = closest(
    lower,
    known.map((one) => one.toLowerCase()),
  )
  const isNear = distance(lower, near) <= Math.max(2, given.length / 3)
  const meant = known.find((one) => one.toLowerCase() === near)
  const advice = isNear ? `did you mean "${meant}"?` : `expected one of ${known.join(', ')}.`
  return new PreflightError('EARGUMENT', `${name} has no option ${JSON.stringify(given)}; ${advice}`)
}
