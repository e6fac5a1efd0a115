import type { MailboxOf } from '../address.ts'
import type { Logger } from '../engine.ts'
import { asBuffered } from './buffered.ts'
import { OwnerLock } from './owner-lock.ts'
import type { OutcomeBuffer, Owner, SealedFile } from './outcome-buffer.ts'

/**
 * Takes over what processes that are gone have left. Whoever lives holds the lock of its files. What cannot be read by
 * this user is left to others.
 *
 * @returns whether there was anything
 */
export async function adopt(
  { logger, mailboxOf }: { logger: Logger; mailboxOf: MailboxOf },
  buffer: OutcomeBuffer,
): Promise<boolean> {
  let isAny = false
  const complain = (of: string, error: unknown): void => {
    if (buffer.ignored.has(of)) return
    buffer.ignored.add(of)
    const what = error instanceof Error ? error.message : String(error)
    logger.warn(`icloud-delivery: what is left in the buffer by ${of} cannot be read: ${what.slice(0, 300)}`)
  }
  try {
    for (const owner of (await buffer.directory.look()).keys()) {
      if (buffer.owns(owner)) continue
      try {
        if (await adoptFrom(owner, buffer, mailboxOf)) isAny = true
      } catch (error) {
        complain(`process ${owner}`, error)
      }
    }
  } catch (error) {
    complain('other processes', error)
  }
  return isAny
}

async function adoptFrom(name: string, buffer: OutcomeBuffer, mailboxOf: MailboxOf): Promise<boolean> {
  const { directory } = buffer
  const lock = OwnerLock.take(directory.lockFile(name))
  if (lock === null) return false
  try {
    // Looked at again: before the lock was ours, somebody else may have been at it.
    const left = (await directory.look()).get(name)
    const all = [...(left?.done ?? []), ...(left?.outcomes ?? [])]
    const names = all.filter((file) => !buffer.ignored.has(file))
    if (names.length === 0) {
      lock.remove()
      return false
    }
    const owner: Owner = { name, lock, files: names.length }
    const files: SealedFile[] = []
    for (const file of names) files.push(await sealedFile(file, owner, buffer, mailboxOf))
    buffer.adopt(files)
    return true
  } catch (error) {
    lock.release()
    throw error
  }
}

/** Counts whom it is about, so that what else comes for them goes behind it. */
async function sealedFile(
  name: string,
  owner: Owner,
  buffer: OutcomeBuffer,
  mailboxOf: MailboxOf,
): Promise<SealedFile> {
  const file: SealedFile = { name, bytes: 0, owner, released: 0 }
  if (name.endsWith('.done')) return file
  try {
    const { bytes, values } = await buffer.read(name)
    file.bytes = bytes
    for (const value of values) {
      const address = recipientOf(value, mailboxOf)
      if (address !== null) buffer.waiting.add(address)
    }
  } catch {
    // The drain meets the same and says so.
  }
  return file
}

/** The key of the recipient of a line. */
export function recipientOf(value: unknown, mailboxOf: MailboxOf): string | null {
  const recipient: unknown = asBuffered(value)?.request.recipient
  return typeof recipient === 'string' ? mailboxOf(recipient) : null
}
