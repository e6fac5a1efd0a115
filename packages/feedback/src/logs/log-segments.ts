import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { isSameLog, type LogPosition } from './log-position.ts'

/** A file to be read, from an offset on (bytes, unpacked). */
export interface LogSegment {
  file: string
  from: number
}

/** What is to be read to go on behind a position. */
export interface SegmentPlan {
  /** The oldest first; the log itself last. */
  segments: LogSegment[]
  /** False if the file that was read before is gone: something may be missing in between. */
  isFound: boolean
}

/**
 * Finds where to go on: in the log itself, or in the file that it was renamed, copied or packed into (`mail.log.1`,
 * `mail.log-20261126.gz`), and then in each that came after that one.
 */
export async function segmentsAfter(log: string, position: LogPosition | null): Promise<SegmentPlan> {
  const fresh: LogSegment = { file: log, from: 0 }
  if (position === null || position.offset === 0) return { segments: [fresh], isFound: true }
  const { offset } = position
  if (await isSameLog(log, position)) {
    const { size } = await stat(log)
    // A packed log is not cut off, and its size says nothing.
    if (size >= offset || /\.(?:gz|zst)$/.test(log))
      return { segments: [{ file: log, from: offset }], isFound: true }
  }
  const rotated = await rotatedFiles(log)
  for (const [index, file] of rotated.entries()) {
    if (!(await isSameLog(file, position))) continue
    const after = rotated.slice(index + 1).map((later) => ({ file: later, from: 0 }))
    return { segments: [{ file, from: offset }, ...after, fresh], isFound: true }
  }
  return { segments: [fresh], isFound: false }
}

/** Files beside a log whose names begin with its name, the oldest first. */
async function rotatedFiles(log: string): Promise<string[]> {
  const folder = path.dirname(log)
  const name = path.basename(log)
  const names = (await readdir(folder)).filter(
    (each) => (each.startsWith(`${name}.`) || each.startsWith(`${name}-`)) && !each.endsWith('.tmp'),
  )
  const files = await Promise.all(
    names.map(async (each) => {
      const file = path.join(folder, each)
      const found = await stat(file).catch(() => null)
      return found?.isFile() ? { file, at: found.mtimeMs } : null
    }),
  )
  return files
    .filter((each) => each !== null)
    .toSorted((a, b) => a.at - b.at)
    .map(({ file }) => file)
}
