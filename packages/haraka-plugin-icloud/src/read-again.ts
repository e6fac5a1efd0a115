import { setTimeout as pause } from 'node:timers/promises'
import type { Outbound } from './haraka.ts'

/** So many queue files are read at once. */
const AT_ONCE = 50
/** How long to wait before a queue file is read again, in ms. */
const READ_AGAIN = 500

/** Too many open files: of this process, of the machine. */
const forNow: readonly unknown[] = ['EMFILE', 'ENFILE']

const changed = new WeakSet<object>()

/**
 * Keeps Haraka from opening as many queue files at once as there are, as it does when it starts, and has it read again what
 * cannot be read for too many open files. Haraka puts such a message off, and then waits until the next start for its envelope,
 * which it does not read again. Whose mail it is stands in the envelope, so this is for all mail.
 */
export function readAgain({ HMailItem }: Pick<Outbound, 'HMailItem'>, say: (what: string) => void): void {
  const reader = HMailItem.prototype
  const { _stream_bytes_from: read } = reader
  if (changed.has(reader) || typeof read !== 'function') return
  changed.add(reader)
  let reading = 0
  const waiting: (() => void)[] = []
  let failing = 0

  const untilRead = async (once: () => Promise<Buffer>): Promise<Buffer> => {
    let hasFailed = false
    try {
      for (;;) {
        try {
          return await once()
        } catch (error) {
          if (!forNow.includes((error as NodeJS.ErrnoException).code)) throw error
          // Once, and not for each file.
          if (!hasFailed && failing++ === 0)
            say(`queue files are read as soon as that is possible: ${String(error)}`)
          hasFailed = true
          await pause(READ_AGAIN, undefined, { ref: false })
        }
      }
    } finally {
      if (hasFailed) failing--
    }
  }

  reader._stream_bytes_from = async function (file, range) {
    if (reading < AT_ONCE) reading++
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await untilRead(() => read.call(this, file, range))
    } finally {
      const next = waiting.shift()
      // Who is next has the place.
      if (next) next()
      else reading--
    }
  }
}
