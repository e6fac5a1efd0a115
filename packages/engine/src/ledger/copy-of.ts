/**
 * A copy of a value as JSON would keep it, for a fraction of the cost of writing and reading JSON: most values are small
 * plain objects. What is not plain goes through JSON.
 */
export function copyOf(value: unknown): unknown {
  return isPlain(value) ? plainCopyOf(value) : throughJson(value)
}

/** A copy of what {@link copyOf} made. */
export function plainCopyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(plainCopyOf)
  const copy: Record<string, unknown> = { ...value }
  for (const key in copy) {
    const part = copy[key]
    if (typeof part === 'object' && part !== null) copy[key] = plainCopyOf(part)
  }
  return copy
}

/** Whether JSON would give back the same, and copying by hand too. */
function isPlain(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  // JSON has no -0.
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (typeof value !== 'object') return false
  if (Array.isArray(value)) return value.every(isPlain) && Object.keys(value).length === value.length
  if (Object.getPrototypeOf(value) !== Object.prototype || Object.hasOwn(value, '__proto__')) return false
  for (const key in value) {
    const part = (value as Record<string, unknown>)[key]
    if (key === 'toJSON' || !isPlain(part)) return false
  }
  return true
}

function throughJson(value: unknown): unknown {
  const json = JSON.stringify(value) as string | undefined
  return json === undefined ? null : JSON.parse(json)
}
