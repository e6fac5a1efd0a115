/** Stands for what is no plain thing. */
const odd = Symbol('odd')

/**
 * A copy of a value as JSON would keep it, for a fraction of the cost of writing and reading JSON: most values are small
 * plain objects. What is not plain goes through JSON.
 */
export function copyOf(value: unknown): unknown {
  const copy = plainCopyOf(value)
  return copy === odd ? throughJson(value) : copy
}

/** {@link odd} if JSON would not give back the same, or copying by hand would not. */
function plainCopyOf(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  // JSON has no -0.
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? value : odd
  if (typeof value !== 'object') return odd
  if (Array.isArray(value)) return copyOfArray(value)
  if (Object.getPrototypeOf(value) !== Object.prototype || Object.hasOwn(value, '__proto__')) return odd
  const copy: Record<string, unknown> = { ...value }
  for (const key in copy) {
    const part = copy[key]
    const kept = typeof part === 'string' ? part : plainCopyOf(part)
    if (kept === odd || key === 'toJSON') return odd
    if (kept !== part) copy[key] = kept
  }
  return copy
}

function copyOfArray(list: readonly unknown[]): unknown {
  const copy: unknown[] = []
  for (const part of list) {
    // A hole is read as undefined.
    const kept = plainCopyOf(part)
    if (kept === odd) return odd
    copy.push(kept)
  }
  return Object.keys(list).length === list.length ? copy : odd
}

function throughJson(value: unknown): unknown {
  const json = JSON.stringify(value) as string | undefined
  return json === undefined ? null : JSON.parse(json)
}
