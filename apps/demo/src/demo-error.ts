/** What can go wrong in the demo itself. */
export type DemoErrorCode = 'EDEMOHARAKA' | 'EDEMODEADLINE' | 'EDEMOINTERRUPTED'

/** Says what was expected and what happened instead. */
export class DemoError extends Error {
  readonly code: DemoErrorCode
  /** What Haraka logged last. */
  readonly log: readonly string[]

  constructor(code: DemoErrorCode, message: string, log: readonly string[] = []) {
    super(message)
    this.name = 'DemoError'
    this.code = code
    this.log = log
  }
}
