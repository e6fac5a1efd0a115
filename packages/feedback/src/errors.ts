/** The codes of {@link FeedbackError}. They are stable. */
export type FeedbackErrorCode = 'EARGUMENT' | 'EINPUT' | 'ELOGFORMAT' | 'ELOGSTATE' | 'ENOTRECORDED'

/**
 * An error of this package. Look at `code`; the message is for people.
 *
 * | code | what it means |
 * |---|---|
 * | `EARGUMENT` | an option or argument cannot be right: a fault in the calling program or its configuration |
 * | `EINPUT` | a message, file, folder or mailbox cannot be read |
 * | `ELOGFORMAT` | a log is none of those that are known, or one whose replies are recorded already |
 * | `ELOGSTATE` | the file that says how far a log was read is none, or cannot be written |
 * | `ENOTRECORDED` | replies could not be remembered, as neither the ledger nor its buffer took them; nothing is lost: run it again |
 */
export class FeedbackError extends Error {
  override readonly name = 'FeedbackError'
  readonly code: FeedbackErrorCode

  constructor(code: FeedbackErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Describes a value in an error message: its type, and the value where it is short. */
export function found(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return Array.isArray(value) ? 'an array' : typeof value
}

/** An `EARGUMENT` error. */
export function argument(what: string, expected: string, value: unknown): FeedbackError {
  return new FeedbackError('EARGUMENT', `${what} must be ${expected}, found ${found(value)}`)
}
