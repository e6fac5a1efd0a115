import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { vi } from 'vitest'

/** The recipients in each file of the queue of a Haraka with this directory. */
function queued(dir: string): string[] {
  const folder = path.join(dir, 'queue')
  return readdirSync(folder)
    .filter((name) => /^\d/.test(name))
    .map((name) => {
      const file = readFileSync(path.join(folder, name))
      const { rcpt_to: recipients } = JSON.parse(file.toString('utf8', 4, 4 + file.readUInt32BE())) as {
        rcpt_to: { user: string }[]
      }
      return recipients
        .map(({ user }) => user)
        .toSorted()
        .join('+')
    })
    .toSorted()
}

/**
 * Resolves when the queue holds these files and no other: for each the local parts of its recipients, joined by `+`, all in
 * order. A file that is looked at may be gone by then.
 */
export const queueIs = (dir: string, what: readonly string[]): Promise<unknown> =>
  vi.waitUntil(
    () => {
      try {
        return queued(dir).join() === what.join()
      } catch {
        return false
      }
    },
    { timeout: 50_000, interval: 25 },
  )
