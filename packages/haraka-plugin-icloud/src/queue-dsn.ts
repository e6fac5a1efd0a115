import { createWriteStream } from 'node:fs'
import { rename, unlink } from 'node:fs/promises'
import path from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { HMail, Outbound, Todo } from './haraka.ts'

type Delivery = Todo & { message_stream: Pick<Readable, 'pipe'> }

/** The step of Haraka that writes a queue file. Not part of the plugin interface. */
interface Queue {
  process_delivery?: (okPaths: string[], todo: Delivery, hmails: HMail[]) => Promise<void>
}

const guarded = new WeakSet<object>()

/**
 * Makes Haraka say so when a DSN cannot be written. On a full disk it renames the empty file that it closes before it
 * hears of the error, about every second time, and takes the DSN for queued: nobody would hear of the bounce.
 *
 * @param folder - the queue directory
 */
export function queueDsnsSafely(outbound: Outbound & Queue, folder: string): void {
  const original = outbound.process_delivery
  if (guarded.has(outbound) || typeof original !== 'function') return
  guarded.add(outbound)
  outbound.process_delivery = async function (okPaths, todo, hmails) {
    if (todo.mail_from.user) return original.call(this, okPaths, todo, hmails)
    const name = outbound.qfile.name()
    const draft = path.join(folder, `${outbound.qfile.platformDOT}${name}`)
    const file = path.join(folder, name)
    try {
      await write(outbound, todo, createWriteStream(draft, { flags: 'wx', flush: true }))
      await rename(draft, file)
    } catch (error) {
      await unlink(draft).catch(() => {})
      throw error
    }
    hmails.push(new outbound.HMailItem(name, file, todo.notes))
    okPaths.push(file)
  }
}

function write(outbound: Outbound, todo: Delivery, stream: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    // An error is told before the file is closed.
    stream.once('error', reject)
    stream.once('close', resolve)
    outbound.build_todo(todo, stream, () =>
      todo.message_stream.pipe(stream, { dot_stuffed: false } as object),
    )
  })
}
