import { PreflightError } from '../errors.ts'

/**
 * @param name leads to the value: `checkMessage: willSign[0].domain`
 * @throws PreflightError `EARGUMENT`
 */
export function wrong(name: string, expected: string, value: unknown): never {
  throw new PreflightError('EARGUMENT', `${name} must be ${expected}; found ${inWords(value)}.`)
}

function inWords(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value === 'string') return value === '' ? 'an empty text' : JSON.stringify(value.slice(0, 100))
  return String(value)
}
