import * as v from 'valibot'
import { Refusal } from './refusal.ts'

/*
 * Fields that may be missing or of another kind: an ESP that changes one must not cost the rest of the event.
 */

export const optionalText: v.GenericSchema<unknown, string | null> = v.fallback(v.nullable(v.string()), null)

export const optionalBoolean: v.GenericSchema<unknown, boolean | null> = v.fallback(
  v.nullable(v.boolean()),
  null,
)

/** A number, also as text. */
export const optionalNumber: v.GenericSchema<unknown, number | null> = v.fallback(
  v.pipe(
    v.unknown(),
    v.transform((value) => {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      return typeof number === 'number' && Number.isFinite(number) ? number : null
    }),
  ),
  null,
)

/** Seconds since the epoch, or ISO 8601, as ms since the epoch. */
export const optionalTime: v.GenericSchema<unknown, number | null> = v.fallback(
  v.pipe(
    v.unknown(),
    v.transform((value) => {
      const isNumber = typeof value === 'string' && /^\d{1,12}(?:\.\d{1,9})?$/.test(value)
      const seconds = isNumber ? Number(value) : value
      const at = typeof seconds === 'number' ? Math.floor(seconds * 1000) : Date.parse(String(value))
      return Number.isFinite(at) && at > 0 ? at : null
    }),
  ),
  null,
)

/** The elements that are what they should be; the others are left out. */
export function eachOf<T>(schema: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, T[]> {
  const elements = v.pipe(
    v.unknown(),
    v.transform((value): T[] => {
      const given: unknown[] = Array.isArray(value) ? value : []
      return given.flatMap((element) => {
        const found = v.safeParse(schema, element)
        return found.success ? [found.output] : []
      })
    }),
  )
  return v.fallback(elements, [])
}

/** An object of these fields; `null` if it is none. */
export function optionalObject<T>(schema: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, T | null> {
  return v.fallback(v.nullable(schema), null)
}

/** @throws Refusal `EPAYLOAD` */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Refusal('EPAYLOAD', 'it is no JSON', { cause: error })
  }
}

/** @throws Refusal `EPAYLOAD` naming the field that is wrong */
export function checked<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T {
  const found = v.safeParse(schema, value)
  if (found.success) return found.output
  const [issue] = found.issues
  throw new Refusal(
    'EPAYLOAD',
    `${v.getDotPath(issue) ?? 'it'}: expected ${issue.expected ?? 'something else'}`,
  )
}

/** A Message-ID with its angle brackets. */
export function bracketed(id: string | null): string | null {
  return id === null || id === '' ? null : id.startsWith('<') ? id : `<${id}>`
}
