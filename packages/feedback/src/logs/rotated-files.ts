import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'

/** A log, or what one was rotated into. */
export interface LogFile {
  file: string
  inode: number
  /** When it was last written, ms since the epoch; a copy may have kept that time, or not. */
  writtenAt: number
  /** When it was last written or renamed, ms since the epoch: nobody can set that. */
  touchedAt: number
}

/** A log, and what was rotated. */
export interface LogFiles {
  /** `null` if there is none: it is between a rename and a new file. */
  log: LogFile | null
  /** The oldest first. */
  rotated: LogFile[]
}

/** So often files are looked at that do not stand still. */
export const mostLooks = 100

/**
 * Looks at the files of a log until they stand still: one may be rotated while they are looked at, and would be missed.
 *
 * @param besides a file that is no log, whatever its name: where the position is kept
 */
export async function filesOf(log: string, besides: string | null): Promise<LogFiles> {
  const other = besides === null ? null : path.resolve(besides)
  let files = await look(log, other)
  for (let looks = 0; looks < mostLooks; looks++) {
    const again = await look(log, other)
    if (areSame(again, files)) return again
    files = again
  }
  return files
}

/** Whether none was renamed, or came or went. */
export function areSame(some: LogFiles, others: LogFiles): boolean {
  return nameInodes(some) === nameInodes(others)
}

function nameInodes({ log, rotated }: LogFiles): string {
  return JSON.stringify([log, ...rotated].map((each) => each && [each.file, each.inode]))
}

async function look(log: string, besides: string | null): Promise<LogFiles> {
  const folder = path.dirname(log)
  const name = path.basename(log)
  const names = (await readdir(folder).catch(() => [])).filter(
    (each) =>
      (each.startsWith(`${name}.`) || each.startsWith(`${name}-`)) &&
      !each.endsWith('.tmp') &&
      path.resolve(folder, each) !== besides,
  )
  const there = new Set(names)
  // While it is being packed both are there, and the packed one is not whole.
  const wanted = names.filter((each) => !isPacked.test(each) || !there.has(each.replace(isPacked, '')))
  const found = await Promise.all(wanted.map((each) => lookAt(path.join(folder, each))))
  return {
    log: await lookAt(log),
    rotated: inOrder(
      name,
      found.filter((each) => each !== null),
    ),
  }
}

async function lookAt(file: string): Promise<LogFile | null> {
  const found = await stat(file).catch(() => null)
  if (!found?.isFile()) return null
  return { file, inode: found.ino, writtenAt: found.mtimeMs, touchedAt: found.ctimeMs }
}

const isPacked = /\.(?:gz|zst)$/

interface Ranked extends LogFile {
  series: Series
  rank: string
}
type Series = 'number' | 'date' | 'epoch' | 'none'

/**
 * By the number or date in their names, the oldest first; by the time of writing where there is none. That time is not to be relied on: whoever
 * copies or touches a file sets it. Within a series of names it is taken as no later than that of the next newer one, so
 * that all have one order.
 */
function inOrder(name: string, files: readonly LogFile[]): LogFile[] {
  const all: Ranked[] = files.map((each) => ({
    ...each,
    ...rankOf(path.basename(each.file).slice(name.length + 1)),
  }))
  for (const series of ['number', 'date', 'epoch'] as const) {
    let newer = Infinity
    for (const each of all.filter((one) => one.series === series).toSorted((a, b) => inRank(b, a))) {
      newer = Math.min(newer, each.writtenAt)
      each.writtenAt = newer
    }
  }
  return all.toSorted((a, b) => a.writtenAt - b.writtenAt || inRank(a, b))
}

function inRank(a: Ranked, b: Ranked): number {
  const [one, other] = [`${a.series} ${a.rank} ${a.file}`, `${b.series} ${b.rank} ${b.file}`]
  return one < other ? -1 : Number(one > other)
}

/** A rank that sorts as a string, the oldest first: `.2.gz` before `.1`, `-20261125` before `-20261126`. */
function rankOf(suffix: string): { series: Series; rank: string } {
  const plain = suffix.replace(isPacked, '')
  if (/^\d{1,6}$/.test(plain)) {
    return { series: 'number', rank: String(999_999 - Number(plain)).padStart(6, '0') }
  }
  if (/^1\d{9}$/.test(plain)) return { series: 'epoch', rank: plain }
  // The year first: only then they sort as they stand.
  if (/^(?:19|20)\d\d[-_.]?(?:0[1-9]|1[0-2])[-_.]?[0-3]\d/.test(plain))
    return { series: 'date', rank: plain.replaceAll(/\D/g, '') }
  return { series: 'none', rank: '' }
}
