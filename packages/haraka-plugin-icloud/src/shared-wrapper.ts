type Method = (...args: never[]) => unknown

/**
 * Puts a function around a method of messages: one for all that have the same method, whom it knows as `this`. Tens of
 * thousands may wait, and each would have a function of its own and what that keeps alive.
 */
export class SharedWrapper<Owner extends object, M extends Method> {
  readonly #wrap: (owner: Owner, method: M) => M
  readonly #made = new WeakMap<Owner, WeakMap<M, M>>()

  constructor(wrap: (owner: Owner, method: M) => M) {
    this.#wrap = wrap
  }

  /** @param owner whoever the wrapper works for */
  around(owner: Owner, method: M): M {
    let ofOwner = this.#made.get(owner)
    if (!ofOwner) this.#made.set(owner, (ofOwner = new WeakMap()))
    let wrapped = ofOwner.get(method)
    if (!wrapped) ofOwner.set(method, (wrapped = this.#wrap(owner, method)))
    return wrapped
  }
}
