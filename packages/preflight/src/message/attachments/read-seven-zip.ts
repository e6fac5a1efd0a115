/** What the headers of a 7z archive tell. */
export interface SevenZip {
  isEncrypted: boolean
  /** Those that are not packed themselves. */
  names: string[]
}

const mostHeader = 1024 * 1024
/** The method of AES-256 with SHA-256. */
const aes = Buffer.from('06f10701', 'hex')

/**
 * Whether a 7z archive has a password, and names of files in it, as far as its headers are not packed. Source: 7zFormat.txt of
 * the LZMA SDK.
 *
 * @returns `null` if its headers are not where they should be
 */
export function readSevenZip(bytes: Buffer): SevenZip | null {
  if (bytes.length < 32) return null
  const at = 32 + Number(bytes.readBigUInt64LE(12))
  const size = Number(bytes.readBigUInt64LE(20))
  if (size === 0 || at + size > bytes.length) return null
  const header = bytes.subarray(at, at + Math.min(size, mostHeader))
  return { isEncrypted: header.includes(aes), names: header[0] === 1 ? namesIn(header) : [] }
}

/** The property 0x11: its size in bytes, a zero, and names in UTF-16, each ended by a zero. */
function namesIn(header: Buffer): string[] {
  for (let at = header.indexOf(0x11); at !== -1; at = header.indexOf(0x11, at + 1)) {
    const first = header[at + 1] ?? 0
    // Sizes of one or two bytes: more is no list of names in a mail.
    const isLong = first >= 0x80
    if (first >= 0xc0) continue
    const size = isLong ? ((first & 0x3f) << 8) + (header[at + 2] ?? 0) : first
    const start = at + (isLong ? 3 : 2)
    const end = start + size
    const isList = size >= 5 && size % 2 === 1 && header[start] === 0 && end <= header.length
    if (!isList || header.readUInt16LE(end - 2) !== 0) continue
    return header.toString('utf16le', start + 1, end - 2).split('\0')
  }
  return []
}
