import { actionOf, type Action } from './action.ts'
import type { Step, StepPhase } from './step.ts'

/** Gives the steps of a script one after the other. The last one repeats. */
export class StepQueue {
  readonly #actions: readonly { action: Action; times: number }[]
  #index = 0
  #used = 0

  /** @throws SimulatorError `ERR_SIMULATOR_STEP` */
  constructor(steps: readonly Step[], asked: StepPhase) {
    this.#actions = steps.map((step) => ({ action: actionOf(step, asked), times: step.times ?? 1 }))
  }

  next(): Action | null {
    const current = this.#actions[this.#index]
    if (current === undefined) return null
    this.#used += 1
    if (this.#used >= current.times && this.#index < this.#actions.length - 1) {
      this.#index += 1
      this.#used = 0
    }
    return current.action
  }
}
