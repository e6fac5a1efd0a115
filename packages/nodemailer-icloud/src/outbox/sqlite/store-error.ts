import { OutboxError } from '../outbox-error.ts'

// Primary result codes: https://www.sqlite.org/rescode.html
const busy = new Set([5, 6])
const damaged = new Set([11, 26])
const unusable = new Set([3, 8, 14, 23])
const full = 13

/** How long SQLite waits for the lock of another process, ms. It waits in a thread of its own. */
export const busyLimitMs = 10_000

/** An error of SQLite or of the file system in this package's words. */
export function storeError(error: unknown, file: string): OutboxError {
  if (error instanceof OutboxError) return error
  const what = error instanceof Error ? error.message : String(error)
  const errcode = (error as { errcode?: unknown } | null)?.errcode
  const code = typeof errcode === 'number' ? errcode & 0xff : 0
  const options = { cause: error }
  if (damaged.has(code)) {
    const advice = 'It was left as it is: restore a copy, or name another file'
    return new OutboxError(
      'EOUTBOXDAMAGED',
      `${file} is damaged or is no outbox (${what}). ${advice}`,
      options,
    )
  }
  if (unusable.has(code)) {
    const advice = 'check its owner, mode and directory'
    return new OutboxError('EOUTBOXFILE', `${file} cannot be used (${what}): ${advice}`, options)
  }
  if (busy.has(code)) {
    const seconds = busyLimitMs / 1000
    const advice = 'look for one that hangs'
    return new OutboxError(
      'EOUTBOXIO',
      `${file} was locked by other processes for ${seconds} s: ${advice}`,
      options,
    )
  }
  if (code === full) {
    const advice = 'make room; nothing of this was stored'
    return new OutboxError('EOUTBOXIO', `${file}: the disk is full (${what}): ${advice}`, options)
  }
  return new OutboxError('EOUTBOXIO', `${file}: ${what}`, options)
}
