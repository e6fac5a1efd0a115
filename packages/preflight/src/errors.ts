/** `EARGUMENT`: an option or argument cannot be right. `EINPUT`: the message or file cannot be read. */
export type PreflightErrorCode = 'EARGUMENT' | 'EINPUT'

/** The checks throw this only for what the caller has to correct; everything else is a finding. */
export class PreflightError extends Error {
  override readonly name = 'PreflightError'
  readonly code: PreflightErrorCode

  constructor(code: PreflightErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
