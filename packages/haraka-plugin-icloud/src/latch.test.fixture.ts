/** Something that is waited for until it is said. */
export class Latch {
  readonly opened: Promise<void>
  #open = (): void => {}

  constructor() {
    this.opened = new Promise((resolve) => (this.#open = resolve))
  }

  open(): void {
    this.#open()
  }
}
