import { access } from 'node:fs/promises'
import type { HMail } from './haraka.ts'

/**
 * Whether someone has taken the queue file of a message away while it waited. Haraka would begin, find nothing to send after
 * DATA, and leave Apple's connection idle until its time is over, at each attempt.
 *
 * Only if that is certain: what cannot be looked at for now is there.
 */
export async function isFileGone({ path }: Pick<HMail, 'path'>): Promise<boolean> {
  try {
    await access(path)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}
