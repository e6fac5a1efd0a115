import { createWriteStream } from 'node:fs'
import { rename, unlink } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ancestorsWith } from './ancestors.ts'
import type { Address, HMail, Outbound, Todo } from './haraka.ts'
import { carryOver } from './outcome.ts'
import { SharedWrapper } from './shared-wrapper.ts'
import { markSplit, noteHandedOver } from './split-mark.ts'
import { tellSafely } from './tell-sender.ts'
import type { Turns } from './turns.ts'

/** How long to wait before a queue file that could not be written is written again, in ms. */
const WRITE_AGAIN = 2000

/** What splitting needs of Haraka. */
export interface Splitter {
  outbound: () => Outbound
  turns: Pick<Turns, 'over'>
  error: (message: string) => void
}

/**
 * A new message, with a queue file of its own, for some but not all of the recipients of `hmail`, which stays as it is.
 *
 * While the file cannot be written (a full disk) it is tried again: Haraka's own way to split would bounce all
 * recipients, also those that have their mail already. Meanwhile the file of `hmail` keeps everything.
 *
 * @throws if the file of `hmail` itself is gone
 */
export async function splitOff(
  splitter: Splitter,
  hmail: HMail,
  recipients: readonly Address[],
): Promise<HMail> {
  const { todo } = hmail
  if (!todo) throw new Error(`${hmail.filename} cannot be split before it is read`)
  const { icloud } = todo.notes
  for (;;) {
    try {
      const part = await writePart(splitter.outbound(), hmail, {
        ...todo,
        rcpt_to: [...recipients],
        notes: {
          ...todo.notes,
          icloud: { ...icloud, partOf: ancestorsWith(icloud?.partOf, hmail.filename) },
        },
      })
      for (const [index, copy] of (part.todo?.rcpt_to ?? []).entries()) {
        const original = recipients[index]
        if (original) carryOver(original, copy)
      }
      // A new file starts counting anew.
      part.num_failures = hmail.num_failures
      tellSafely(splitter, part)
      return part
    } catch (error) {
      const { code, path: where } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' && where === hmail.path) throw error
      // Nothing is sent meanwhile. A few such messages would have all connections, and what could go would keep the disk full.
      splitter.turns.over(hmail)
      splitter.error(`a part of ${hmail.filename} could not be queued, trying again: ${String(error)}`)
      await new Promise((resolve) => setTimeout(resolve, WRITE_AGAIN).unref())
    }
  }
}

const splitting = new SharedWrapper<Splitter, HMail['split_to_new_recipients']>((splitter, split) => {
  return function (recipients, response, done) {
    if (recipients.length === this.todo?.rcpt_to.length) return split.call(this, recipients, response, done)
    void handOver(splitter, this, recipients, done)
    return undefined
  }
})

/** Makes Haraka split this message with {@link splitOff} too, where some recipients were refused and others were not. */
export function splitSafely(splitter: Splitter, hmail: HMail): void {
  hmail.split_to_new_recipients = splitting.around(splitter, hmail.split_to_new_recipients)
}

async function handOver(
  splitter: Splitter,
  hmail: HMail,
  recipients: readonly Address[],
  take: (part: HMail) => void,
): Promise<void> {
  let part: HMail
  try {
    part = await splitOff(splitter, hmail, recipients)
  } catch (error) {
    // The queue file is gone: there is nothing left to be careful with.
    return hmail.bounce(`Error splitting to new recipients: ${String(error)}`)
  }
  try {
    // The part may be done before this message is, whose `delivered` hooks may take their time.
    await noteHandedOver(hmail, recipients)
  } catch (error) {
    // The part still says it for itself, as long as it is there.
    splitter.error(`of ${hmail.filename} it could not be noted who is in ${part.filename}: ${String(error)}`)
  }
  try {
    take(part)
  } catch (error) {
    splitter.error(`after a split of ${hmail.filename}: ${String(error)}`)
  }
}

async function writePart(outbound: Outbound, hmail: HMail, todo: Todo): Promise<HMail> {
  const name = outbound.qfile.name()
  const folder = path.dirname(hmail.path)
  // Haraka takes files whose names begin so away when it starts.
  const draft = path.join(folder, `${outbound.qfile.platformDOT}${name}`)
  const file = path.join(folder, name)
  const stream = createWriteStream(draft, { flags: 'wx', flush: true })
  try {
    await new Promise<void>((resolve, reject) => {
      stream.once('error', reject)
      outbound.build_todo(todo, stream, resolve)
    })
    await pipeline(hmail.data_stream(), stream)
    await markSplit(hmail)
    await rename(draft, file)
    const part = new outbound.HMailItem(name, file, hmail.notes)
    await new Promise<void>((resolve, reject) => {
      part.once('ready', () => resolve())
      part.once('error', reject)
    })
    return part
  } catch (error) {
    stream.destroy()
    for (const left of [draft, file]) await unlink(left).catch(() => {})
    throw error
  }
}
