/**
 * As a WeakSet, but the mark is on the object itself. 50,000 messages that wait in weak sets make the garbage collection
 * stand still for tens of milliseconds.
 */
export class Marked<T extends object> {
  readonly #mark = Symbol('haraka-plugin-icloud')

  has(object: T): boolean {
    return (object as Record<symbol, unknown>)[this.#mark] === true
  }

  add(object: T): void {
    ;(object as Record<symbol, unknown>)[this.#mark] = true
  }
}
