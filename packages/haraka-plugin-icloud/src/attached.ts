/**
 * As a WeakMap, but the value is a property of the object itself. Each message has an entry in such a map for a moment, and
 * the garbage collection looks through maps of young keys every time.
 */
export class Attached<T extends object, V> {
  readonly #key = Symbol('haraka-plugin-icloud')

  get(object: T): V | undefined {
    return (object as Record<symbol, V | undefined>)[this.#key]
  }

  /** `undefined` takes it away. */
  set(object: T, value: V | undefined): void {
    ;(object as Record<symbol, V | undefined>)[this.#key] = value
  }
}
