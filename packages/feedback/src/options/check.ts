import { argument } from '../errors.ts'
import type { Check } from './check-options.ts'

const is =
  (isRight: (value: unknown) => boolean, expected: string): Check =>
  (value, name) => {
    if (!isRight(value)) throw argument(name, expected, value)
  }

export const flag: Check = is((value) => typeof value === 'boolean', 'true or false')
export const callable: Check = is((value) => typeof value === 'function', 'a function')
export const aborting: Check = is(
  (value) => typeof (value as AbortSignal | null)?.throwIfAborted === 'function',
  'the signal of an AbortController',
)

/** A text that is not empty. `what` says which: `the path of a file`. */
export function text(what: string): Check {
  return is((value) => typeof value === 'string' && value !== '', what)
}

/** As {@link text}; the value is never shown. */
export function hiddenText(what: string): Check {
  return (value, name) => {
    if (typeof value !== 'string' || value === '')
      throw argument(name, what, value === '' ? '' : `another thing (${typeof value})`)
  }
}

export function whole(from: number, to: number): Check {
  return is(
    (value) => Number.isInteger(value) && Number(value) >= from && Number(value) <= to,
    `a whole number from ${from} to ${to}`,
  )
}

/** A function of each name has to be there, whatever else there is. */
export function having(what: string, ...methods: readonly string[]): Check {
  return is(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function'),
    what,
  )
}

export function list(check: Check, what: string): Check {
  return (value, name) => {
    if (!Array.isArray(value)) throw argument(name, `a list of ${what}`, value)
    for (const [index, item] of value.entries()) check(item, `${name}[${index}]`)
  }
}

/** An object for somebody else, who knows what may be in it. */
export const objectOfAny: Check = is((value) => typeof value === 'object' && value !== null, 'an object')

/** Whatever it is: it is checked where it is used, before the call returns. */
export const later: Check = () => {}

export const feedback: Check = having('what createFeedback gave', 'record')
