/** The codes of {@link DashboardError}. They are stable. */
export type DashboardErrorCode = 'EARGUMENT' | 'EAUTHORIZE' | 'ELISTEN' | 'EPAGE' | 'EALERTS'

/**
 * An error of this package. Look at `code`; the message is for people.
 *
 * | code | what it means |
 * |---|---|
 * | `EARGUMENT` | an option is unknown or of the wrong type; the message names it |
 * | `EAUTHORIZE` | `createDashboard` was called without `authorize` |
 * | `ELISTEN` | `startDashboard` cannot have the address or port; `cause` is the system's error |
 * | `EPAGE` | the built page is missing from the package |
 * | `EALERTS` | a target of alerts did not take a notice; it is tried again |
 */
export class DashboardError extends Error {
  override readonly name = 'DashboardError'
  readonly code: DashboardErrorCode

  constructor(code: DashboardErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Describes a value in an error message. */
export function found(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return Array.isArray(value) ? 'an array' : typeof value
}
