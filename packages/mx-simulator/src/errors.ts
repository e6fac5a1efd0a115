/**
 * What went wrong before any mail was received.
 *
 * - `ERR_SIMULATOR_OPTION`: an option does not exist, or is not of its kind
 * - `ERR_SIMULATOR_STEP`: a step of a script cannot be carried out
 * - `ERR_SIMULATOR_LISTEN`: an address or port cannot be listened on; `cause` is the system's error
 * - `ERR_SIMULATOR_TIMEOUT`: what `waitFor` waited for did not happen
 * - `ERR_SIMULATOR_CLOSED`: the simulator was closed while `waitFor` waited
 */
export type SimulatorErrorCode =
  | 'ERR_SIMULATOR_OPTION'
  | 'ERR_SIMULATOR_STEP'
  | 'ERR_SIMULATOR_LISTEN'
  | 'ERR_SIMULATOR_TIMEOUT'
  | 'ERR_SIMULATOR_CLOSED'

/** An error of the simulator itself, never of a sender that talks to it. */
export class SimulatorError extends Error {
  readonly code: SimulatorErrorCode

  constructor(code: SimulatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SimulatorError'
    this.code = code
  }
}
