import { likenessOf, type Likeness } from './log-fingerprint.ts'
import type { LogPosition } from './log-position.ts'
import { areSame, filesOf, mostLooks, type LogFile, type LogFiles } from './rotated-files.ts'

/** A file to be read, from an offset on (bytes, unpacked). */
export interface LogSegment {
  file: string
  inode: number
  from: number
}

/** What is to be read to go on behind a position. */
export interface SegmentPlan {
  /** The oldest first; the log itself last, if it is there. */
  segments: LogSegment[]
  /** Whether the log itself is there. Between a rename and a new file it is not. */
  hasLog: boolean
  /** One sentence if something may be missing in between. */
  warning: string | null
}

/** Clocks of file systems are that coarse, and some are another machine's. */
const clockSlackMs = 2000

/**
 * Finds where to go on: in the log itself, or in the file that it was renamed, copied or packed into (`mail.log.1`,
 * `mail.log-20261126.gz`), and then in each that came after that one. Where two files may be it, it begins with the older: what is
 * read twice counts once, and what is skipped is lost.
 *
 * @param state where the position is kept: no log, even if it is named like one
 */
export async function segmentsAfter(
  path: string,
  state: string | null,
  position: LogPosition | null,
): Promise<SegmentPlan> {
  let files = await filesOf(path, state)
  for (let looks = 1; ; looks++) {
    const plan = await planFor(files, position)
    if (plan.warning === null || looks === mostLooks) return plan
    // It may have been rotated while it was looked for: then it was not found where it had been.
    const now = await filesOf(path, state)
    if (areSame(now, files)) return plan
    files = now
  }
}

async function planFor({ log, rotated }: LogFiles, position: LogPosition | null): Promise<SegmentPlan> {
  const begin = (from: number): LogSegment[] =>
    log === null ? [] : [{ file: log.file, inode: log.inode, from }]
  const plan = (segments: LogSegment[], warning: string | null = null): SegmentPlan => ({
    segments,
    hasLog: log !== null,
    warning,
  })
  if (position === null) return plan(begin(0))
  const { offset, inode, readAt } = position

  const logIs = log === null ? 'other' : await likenessOf(log.file, position)
  if (logIs === 'same') return plan(begin(offset))

  const since = (index: number): SegmentPlan =>
    plan([
      ...rotated.slice(index).map((each, later) => segmentOf(each, later === 0 ? offset : 0)),
      ...begin(0),
    ])
  // The inode first: a file that was renamed is found without looking into the others.
  const owner = rotated.findIndex((each) => each.inode === inode)
  if (owner >= 0 && (await likenessOf(rotated[owner]!.file, position)) !== 'other') return since(owner)
  const likenesses: Likeness[] = []
  for (const each of rotated) {
    const isNew = each.touchedAt >= readAt - clockSlackMs
    // What was not renamed, copied or packed since is not what was read then.
    likenesses.push(isNew || logIs === 'other' ? await likenessOf(each.file, position) : 'other')
  }
  const same = likenesses.indexOf('same')
  if (same >= 0) return since(same)
  const alike = likenesses.findIndex(
    (each, index) => each === 'alike' && rotated[index]!.touchedAt >= readAt - clockSlackMs,
  )
  if (alike >= 0) return since(alike)
  if (logIs === 'alike') {
    if (log?.inode === inode) return plan(begin(offset))
    return plan(
      begin(0),
      `the log is another file than the one that was read before, and begins like it: ${lost}`,
    )
  }
  return plan(
    begin(0),
    `the log was read before, but that file is gone, and no rotated one begins like it: ${lost}`,
  )
}

const lost = 'what was written to that one since may be missing'

function segmentOf({ file, inode }: LogFile, from: number): LogSegment {
  return { file, inode, from }
}
