import { closest, distance } from 'fastest-levenshtein'
import { argument, FeedbackError, found } from '../errors.ts'

/** Throws `EARGUMENT` if the value cannot be right. `name` leads to it: `createBounces: relays[0].hosts`. */
export type Check = (value: unknown, name: string) => void

/** A check for each option, so that the compiler finds the one that is missing. */
export type Checks<Options> = { readonly [Name in keyof Options]-?: Check }

/**
 * Checks the options of a call, and that it knows all their names: a misspelt one would do nothing, and nobody would notice.
 *
 * @throws FeedbackError `EARGUMENT`
 */
export function checkOptions<Options>(call: string, options: unknown, checks: Checks<Options>): void {
  if (!isObject(options)) throw argument(`${call}: the options`, expectedOf(checks), options)
  checkEach(call, `${call}: `, options, checks)
}

/** The same for an object within options. */
export function objectOf<Options>(checks: Checks<Options>): Check {
  return (value, name) => {
    if (!isObject(value)) throw argument(name, expectedOf(checks), hidden(value))
    checkEach(name, `${name}.`, value, checks)
  }
}

/** It may be a secret in the wrong place. */
function hidden(value: unknown): unknown {
  return typeof value === 'string' ? `another thing (${typeof value})` : value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function expectedOf<Options>(checks: Checks<Options>): string {
  return `an object with ${Object.keys(checks).join(', ')}`
}

function checkEach<Options>(
  name: string,
  prefix: string,
  options: Record<string, unknown>,
  checks: Checks<Options>,
): void {
  const known = checks as Readonly<Record<string, Check>>
  for (const [option, value] of Object.entries(options)) {
    if (!Object.hasOwn(known, option)) throw unknownOption(name, option, Object.keys(known))
    if (value !== undefined) known[option]?.(value, `${prefix}${option}`)
  }
}

function unknownOption(name: string, option: string, known: readonly string[]): FeedbackError {
  const given = option.slice(0, 60).toLowerCase()
  const near = closest(
    given,
    known.map((each) => each.toLowerCase()),
  )
  const meant = known.find((each) => each.toLowerCase() === near)
  const isNear = distance(given, near) <= Math.max(2, given.length / 3)
  const advice = isNear ? `did you mean "${meant}"?` : `expected one of ${known.join(', ')}`
  return new FeedbackError('EARGUMENT', `${name} has no option ${found(option)}; ${advice}`)
}
