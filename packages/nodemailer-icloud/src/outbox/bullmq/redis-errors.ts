import { OutboxError } from '../outbox-error.ts'

/** BullMQ: the job is gone, its lock is gone, it is in another state, its lock is somebody else's. */
const lostCodes: ReadonlySet<unknown> = new Set([-1, -2, -3, -6])

/** Whether this says that the lease of a job is lost. */
export function isLost(error: unknown): boolean {
  return lostCodes.has((error as { code?: unknown } | null)?.code)
}

/** False if the lease is lost, or `action` answers with 0 or false; else true. */
export async function held(action: () => Promise<unknown>): Promise<boolean> {
  try {
    const answer = await action()
    return answer !== 0 && answer !== false
  } catch (error) {
    if (isLost(error)) return false
    throw error
  }
}

/** Runs `action`; its errors in this package's words. Without a cause: those of ioredis hold the command, and so a body. */
export async function outboxError<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof OutboxError) throw error
    const what = error instanceof Error ? error.message : String(error)
    throw new OutboxError(
      'EOUTBOXIO',
      `the outbox in Redis did not answer as it should (${what.slice(0, 300)}): check \`connection\`, and that Redis runs`,
    )
  }
}
