/** The codes of {@link OutboxError}. They are stable. */
export type OutboxErrorCode =
  | 'EOUTBOXFULL'
  | 'EOUTBOXIO'
  | 'EOUTBOXFILE'
  | 'EOUTBOXVERSION'
  | 'EOUTBOXDAMAGED'
  | 'EOUTBOXUNSAFE'
  | 'EOUTBOXCLUSTER'
  | 'EOUTBOXDRIVER'
  | 'EOUTBOXCLOSED'

/**
 * A message could not be stored, or the outbox cannot be used. Look at `code`; the message is for people.
 *
 * | code | what it means |
 * |---|---|
 * | `EOUTBOXFULL` | the message is too large, or the outbox holds as many messages or bytes as it may |
 * | `EOUTBOXIO` | reading or writing failed, for example because the disk is full or Redis cannot be reached |
 * | `EOUTBOXFILE` | the file cannot be used: a symbolic link, no permission |
 * | `EOUTBOXVERSION` | a newer version wrote the file; it was left alone |
 * | `EOUTBOXDAMAGED` | the file is damaged or is no outbox; it was left alone |
 * | `EOUTBOXUNSAFE` | this Redis would forget messages; it says which setting |
 * | `EOUTBOXCLUSTER` | this Redis is a node of a cluster, which the outbox cannot use |
 * | `EOUTBOXDRIVER` | the package `bullmq` is not installed |
 * | `EOUTBOXCLOSED` | the outbox was closed before |
 */
export class OutboxError extends Error {
  static {
    Object.defineProperty(this.prototype, 'name', {
      value: 'OutboxError',
      configurable: true,
      writable: true,
    })
  }

  readonly code: OutboxErrorCode

  constructor(code: OutboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

const codes: ReadonlySet<unknown> = new Set<OutboxErrorCode>([
  'EOUTBOXFULL',
  'EOUTBOXIO',
  'EOUTBOXFILE',
  'EOUTBOXVERSION',
  'EOUTBOXDAMAGED',
  'EOUTBOXUNSAFE',
  'EOUTBOXCLUSTER',
  'EOUTBOXDRIVER',
  'EOUTBOXCLOSED',
])

/** True if a message was not stored because of the outbox. Nothing will be sent of it. */
export function isOutboxError(error: unknown): error is Error & { code: OutboxErrorCode } {
  return error instanceof Error && codes.has((error as { code?: unknown }).code)
}
