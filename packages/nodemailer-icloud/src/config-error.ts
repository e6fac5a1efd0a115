import { nearestName } from './nearest-name.ts'

type ConfigError = Error & { code: 'ECONFIG' }

/** An error for options that cannot be right, with the code that Nodemailer uses for them. */
export function configError(option: string, expected: string, found: unknown): ConfigError {
  return withCode(`${option} has to be ${expected}; found ${shown(found)}`)
}

/** An error for a name that is none of an option's. `within`: the option that holds it, if any. */
export function unknownName(within: string, name: string, known: readonly string[]): ConfigError {
  const nearest = nearestName(name, known)
  const path = within === '' ? name : `${within}.${name}`
  const advice = nearest === null ? `known are ${known.join(', ')}` : `did you mean "${nearest}"?`
  return withCode(`there is no option ${shown(path)}; ${advice}`)
}

/** An error for options that cannot be right, in the words of whoever found it. */
export function configFault(fault: string): ConfigError {
  return withCode(fault)
}

function withCode(message: string): ConfigError {
  return Object.assign(new Error(`nodemailer-icloud: ${message}`), { code: 'ECONFIG' as const })
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80))
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `an array of ${value.length}`
  return typeof value === 'object' ? 'an object' : typeof value
}
