import { configError } from '../config-error.ts'

/** What JSON has no form for stands in an object with this key alone: `{ "$": ["bytes", "..."] }`. */
const tag = '$'
const deepest = 40

/**
 * Parts of a mail as JSON. Bytes and dates come back as such, a URL as its text.
 *
 * @throws Error `ECONFIG` that names what cannot be stored: a function, a stream, an object of a class
 */
export function dataToJson(parts: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, stored(part, 'the mail', 0)])),
  )
}

/** What {@link dataToJson} was given. */
export function dataFromJson(json: string): Record<string, unknown> {
  return revived(JSON.parse(json)) as Record<string, unknown>
}

function stored(value: unknown, path: string, depth: number): unknown {
  if (depth > deepest) throw notStorable(path, 'nested less deeply', value)
  if (typeof value === 'object') return storedObject(value, path, depth)
  if (typeof value === 'string' || typeof value === 'boolean' || value === undefined) return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw notStorable(path, 'something that can be stored', value)
}

function storedObject(value: object | null, path: string, depth: number): unknown {
  if (value === null) return null
  if (value instanceof Uint8Array)
    return { [tag]: ['bytes', Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64')] }
  if (value instanceof Date) return { [tag]: ['date', value.getTime()] }
  if (value instanceof URL) return value.href
  if (Array.isArray(value))
    return value.map((each, index) => stored(each, `${path}[${index}]`, depth + 1) ?? null)
  const prototype: unknown = Object.getPrototypeOf(value)
  // Also a plain object of another realm.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    throw notStorable(path, 'something that can be stored', value)
  const entries = Object.entries(value).map(([key, each]): [string, unknown] => [
    key,
    stored(each, `${path}.${key}`, depth + 1),
  ])
  const copy = Object.fromEntries(entries)
  return Object.hasOwn(copy, tag) ? { [tag]: ['object', entries] } : copy
}

function revived(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(revived)
  if (!Object.hasOwn(value, tag)) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, revived(each)]))
  }
  const [kind, content] = (value as { [tag]: [string, unknown] })[tag]
  switch (kind) {
    case 'bytes':
      return Buffer.from(content as string, 'base64')
    case 'date':
      return new Date(content as number)
    default:
      return Object.fromEntries((content as [string, unknown][]).map(([key, each]) => [key, revived(each)]))
  }
}

function notStorable(path: string, expected: string, value: unknown): Error {
  const name = (value as { constructor?: { name?: unknown } } | null)?.constructor?.name
  const found = typeof value === 'object' && typeof name === 'string' ? `an object of ${name}` : value
  return configError(`${path} with an outbox`, expected, found)
}
