import type { Entry, Gate, Passage } from './gate.ts'
import { plainSend } from './inner-send.ts'
import { Slots } from './slots.ts'

/** For a relay, which takes what it can: one mail to many must not keep the others from it. */
export class SlotGate implements Gate {
  readonly #slots: Slots

  constructor(size: number) {
    this.#slots = new Slots(size)
  }

  async enter({ signal }: Entry): Promise<Passage> {
    if (!(await this.#slots.enter(signal))) return { type: 'ask' }
    return { type: 'go', waited: false, send: plainSend, leave: () => this.#slots.leave() }
  }
}
