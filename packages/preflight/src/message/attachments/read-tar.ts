import { mostEntries, type ArchiveEntry } from './archive-entry.ts'

const block = 512

/** What was read of a tar archive. */
export interface Tar {
  entries: ArchiveEntry[]
  /** False if it ends in the middle of a file, or has more than 5000. */
  isWhole: boolean
}

/**
 * The files in a tar archive (POSIX ustar and pax, GNU). The libraries for it take any size on trust, such as a negative one,
 * on which they go back and begin anew.
 *
 * @returns `null` if it is none
 */
export function readTar(bytes: Buffer): Tar | null {
  const entries: ArchiveEntry[] = []
  let longName: string | null = null
  let at = 0
  for (let headers = 0; at + block <= bytes.length && headers < mostEntries * 2; headers++) {
    const header = bytes.subarray(at, at + block)
    // Zeros end it.
    if (header[0] === 0) return headers === 0 ? null : { entries, isWhole: true }
    const size = sizeOf(header)
    if (!hasChecksum(header) || size === null) return headers === 0 ? null : { entries, isWhole: false }
    const type = String.fromCharCode(header[156] ?? 0)
    const start = at + block
    const content = bytes.subarray(start, Math.min(start + size, bytes.length))
    at = start + Math.ceil(size / block) * block
    if (type === 'L') longName = textOf(content, 0, 4096)
    else if (type === 'x') longName = pathIn(content) ?? longName
    else {
      // A file of the old, the new or the contiguous kind. Folders, links and devices hold nothing.
      if (type === '0' || type === '\0' || type === '7') {
        const name = longName ?? textOf(header, 0, 100)
        entries.push({ name, isEncrypted: false, size, read: async (most) => content.subarray(0, most) })
      }
      longName = null
    }
  }
  // Some leave the zeros at the end out.
  return { entries, isWhole: at === bytes.length }
}

/** The sum of all bytes, its own taken for spaces. */
function hasChecksum(header: Buffer): boolean {
  let sum = 8 * 32
  for (let index = 0; index < block; index++) if (index < 148 || index >= 156) sum += header[index] ?? 0
  return Number.parseInt(textOf(header, 148, 8).trim(), 8) === sum
}

/** Octal, or binary where the first bit is set. */
function sizeOf(header: Buffer): number | null {
  if (((header[124] ?? 0) & 0x80) !== 0) {
    const size = header.readUIntBE(130, 6)
    return header.subarray(125, 130).every((byte) => byte === 0) && header[124] === 0x80 ? size : null
  }
  const digits = textOf(header, 124, 12).trim()
  return /^[0-7]{1,12}$/.test(digits) ? Number.parseInt(digits, 8) : digits === '' ? 0 : null
}

function textOf(bytes: Buffer, at: number, most: number): string {
  const field = bytes.subarray(at, at + most)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end === -1 ? field.length : end)
}

/** The pax record `path`, as in `22 path=folder/name.txt`. */
function pathIn(content: Buffer): string | null {
  const [, path] = /(?:^|\n)\d{1,6} path=([^\n]{1,4096})/.exec(content.toString('utf8', 0, 8192)) ?? []
  return path ?? null
}
