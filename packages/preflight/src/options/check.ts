import { wrong } from './wrong.ts'

/** Throws if the value cannot be right. `name` leads to it: `checkMessage: willSign[0].domain`. */
export type Check = (value: unknown, name: string) => void

const is =
  (isRight: (value: unknown) => boolean, expected: string): Check =>
  (value, name) => {
    if (!isRight(value)) wrong(name, expected, value)
  }

export const flag: Check = is((value) => typeof value === 'boolean', 'true or false')
export const callable: Check = is((value) => typeof value === 'function', 'a function')

/** A text that is not empty. `what` says which: `the path of a socket`. */
export function text(what = 'a text'): Check {
  return is((value) => typeof value === 'string' && value !== '', `${what}, not empty`)
}

/** As `text`; the value is never shown. */
export function secret(what: string): Check {
  return (value, name) => {
    if (typeof value !== 'string' || value === '')
      wrong(name, `${what}, not empty`, value === '' ? '' : typeof value)
  }
}

export function whole(from: number, to: number, unit = ''): Check {
  const expected = `a whole number${unit === '' ? '' : ` of ${unit}`} from ${from} to ${to}`
  return is((value) => Number.isInteger(value) && Number(value) >= from && Number(value) <= to, expected)
}

/** As long as anybody waits for one answer: ten minutes. */
export const milliseconds: Check = whole(1, 600_000, 'ms')
export const port: Check = whole(1, 65_535)

export function oneOf(...values: readonly (string | boolean)[]): Check {
  return is(
    (value) => values.includes(value as string),
    values.map((one) => JSON.stringify(one)).join(' or '),
  )
}

export const webAddress: Check = is(
  (value) => typeof value === 'string' && /^https?:$/.test(URL.parse(value)?.protocol ?? ''),
  'an address that begins with http:// or https://',
)

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
    if (!Array.isArray(value)) return wrong(name, `a list of ${what}`, value)
    for (const [index, item] of value.entries()) check(item, `${name}[${index}]`)
  }
}

export function either(isFirst: (value: unknown) => boolean, first: Check, second: Check): Check {
  return (value, name) => (isFirst(value) ? first(value, name) : second(value, name))
}
