/** The codes of {@link EngineError}. They are stable. */
export type EngineErrorCode =
  | 'EARGUMENT'
  | 'EPOLICY'
  | 'EIMPORT'
  | 'ELEDGERURL'
  | 'ELEDGERVERSION'
  | 'ELEDGERDAMAGED'
  | 'ELEDGERFILE'
  | 'ELEDGERDRIVER'
  | 'ELEDGERBUSY'
  | 'ELEDGERCLOSED'
  | 'ELEDGERIO'
  | 'ELEDGERCONFLICT'
  | 'EADDRESSKEYS'
  | 'ELEDGERTIMEOUT'

/**
 * An error of this package. Look at `code`; the message is for people.
 *
 * | code | what it means |
 * |---|---|
 * | `EARGUMENT` | a call got an argument of the wrong type: a fault in the calling program |
 * | `EPOLICY` | an option of the policy is unknown or out of range; the message names it |
 * | `EIMPORT` | a file to be imported has no column with addresses; nothing of it was read |
 * | `ELEDGERURL` | the ledger string is none that `openLedger` knows |
 * | `ELEDGERVERSION` | the file was written by a newer version; it was left alone |
 * | `ELEDGERDAMAGED` | the file is damaged or is no ledger; it was left alone |
 * | `ELEDGERFILE` | the file cannot be used: a symbolic link, no permission, no SQLite in this Node |
 * | `ELEDGERDRIVER` | the package that a ledger in Redis needs is not installed |
 * | `ELEDGERBUSY` | other processes kept the file locked for too long |
 * | `ELEDGERCLOSED` | the ledger was closed before |
 * | `ELEDGERIO` | reading or writing failed, for example because the disk is full |
 * | `ELEDGERCONFLICT` | other writers changed the same entry again and again |
 * | `EADDRESSKEYS` | others hash the addresses of this ledger with other keys, or not at all |
 * | `ELEDGERTIMEOUT` | the ledger did not answer in time |
 */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: EngineErrorCode

  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
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
