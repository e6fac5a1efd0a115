import { EngineError } from '../../errors.ts'

// Primary result codes: https://www.sqlite.org/rescode.html
const busy = new Set([5, 6])
const damaged = new Set([11, 26])
const unusable = new Set([3, 8, 14, 23])

function resultCode(error: unknown): number {
  const code = (error as { errcode?: unknown } | null)?.errcode
  return typeof code === 'number' ? code & 0xff : 0
}

/** Whether another process holds the lock at the moment. */
export function isBusy(error: unknown): boolean {
  return busy.has(resultCode(error))
}

/** An error of SQLite in this package's words. */
export function ledgerError(error: unknown, file: string): EngineError {
  if (error instanceof EngineError) return error
  const what = error instanceof Error ? error.message : String(error)
  const code = resultCode(error)
  if (damaged.has(code) || error instanceof SyntaxError) {
    return new EngineError(
      'ELEDGERDAMAGED',
      `${file} is damaged or is no ledger (${what}). It was left as it is: restore a copy, or name another file`,
      { cause: error },
    )
  }
  if (unusable.has(code)) {
    return new EngineError(
      'ELEDGERFILE',
      `${file} cannot be used (${what}): check its owner, mode and directory`,
      {
        cause: error,
      },
    )
  }
  return new EngineError('ELEDGERIO', `${file}: ${what}`, { cause: error })
}
