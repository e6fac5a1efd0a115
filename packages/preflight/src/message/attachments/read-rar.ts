import { mostEntries, type ArchiveEntry } from './archive-entry.ts'

/** What the headers of a RAR archive tell. */
export interface Rar {
  /** The list of files is encrypted too. */
  isEncrypted: boolean
  entries: ArchiveEntry[]
  /** False if the headers end early, or are more than 5000. */
  isWhole: boolean
}

const signature4 = Buffer.from('526172211a0700', 'hex')
const signature5 = Buffer.from('526172211a070100', 'hex')

/**
 * The files in a RAR archive of version 4 or 5, by its headers. What is packed is not unpacked; what is stored as it is, can be
 * read. Source: RAR 5.0 archive format, https://www.rarlab.com/technote.htm
 */
export function readRar(bytes: Buffer): Rar {
  if (bytes.subarray(0, 8).equals(signature5)) return readRar5(bytes)
  if (bytes.subarray(0, 7).equals(signature4)) return readRar4(bytes)
  return { isEncrypted: false, entries: [], isWhole: false }
}

function readRar5(bytes: Buffer): Rar {
  const rar: Rar = { isEncrypted: false, entries: [], isWhole: false }
  let at = signature5.length
  for (let headers = 0; at < bytes.length && headers < mostEntries; headers++) {
    // Behind four bytes of checksum.
    const sizeField = new Fields(bytes, at + 4)
    const size = sizeField.number()
    const header = new Fields(bytes, sizeField.at, sizeField.at + size)
    const type = header.number()
    const flags = header.number()
    const extraSize = (flags & 1) === 0 ? 0 : header.number()
    const dataSize = (flags & 2) === 0 ? 0 : header.number()
    if (header.isOver || size === 0) return rar
    if (type === 4) return { ...rar, isEncrypted: true }
    if (type === 5) return { ...rar, isWhole: true }
    const start = sizeField.at + size
    if (type === 2) rar.entries.push(entryOf5(header, extraSize, bytes.subarray(start, start + dataSize)))
    at = start + dataSize
  }
  return rar
}

function entryOf5(header: Fields, extraSize: number, data: Buffer): ArchiveEntry {
  const fileFlags = header.number()
  const size = header.number()
  header.number()
  header.skip(((fileFlags & 2) === 0 ? 0 : 4) + ((fileFlags & 4) === 0 ? 0 : 4))
  const method = (header.number() >> 7) & 7
  header.number()
  const name = header.text(header.number())
  // Records at the end of the header; that of type 1 is about encryption.
  const extra = header.last(extraSize)
  let isEncrypted = false
  while (!extra.isOver) {
    const length = extra.number()
    const next = extra.at + length
    if (length === 0) break
    if (extra.number() === 1) isEncrypted = true
    extra.at = next
  }
  return entry(name, size, isEncrypted, method === 0, data)
}

function readRar4(bytes: Buffer): Rar {
  const rar: Rar = { isEncrypted: false, entries: [], isWhole: false }
  let at = signature4.length
  for (let headers = 0; at + 7 <= bytes.length && headers < mostEntries; headers++) {
    const type = bytes[at + 2]
    const flags = bytes.readUInt16LE(at + 3)
    const size = bytes.readUInt16LE(at + 5)
    if (size < 7 || at + size > bytes.length) return rar
    if (type === 0x73 && (flags & 0x80) !== 0) return { ...rar, isEncrypted: true }
    if (type === 0x7b) return { ...rar, isWhole: true }
    let dataSize = (flags & 0x8000) !== 0 && size >= 11 ? bytes.readUInt32LE(at + 7) : 0
    if (type === 0x74) {
      if (size < 32) return rar
      dataSize = bytes.readUInt32LE(at + 7)
      const start = at + size
      const data = bytes.subarray(start, start + dataSize)
      // Large files have their upper halves before the name.
      const nameAt = at + 32 + ((flags & 0x100) === 0 ? 0 : 8)
      const name = bytes.toString('latin1', nameAt, Math.min(nameAt + bytes.readUInt16LE(at + 26), start))
      const isFolder = (flags & 0xe0) === 0xe0
      if (!isFolder)
        rar.entries.push(
          // Behind a zero the name stands once more, in Unicode.
          entry(
            name.split('\0', 1)[0] ?? '',
            bytes.readUInt32LE(at + 11),
            (flags & 4) !== 0,
            bytes[at + 25] === 0x30,
            data,
          ),
        )
    }
    at += size + dataSize
  }
  return { ...rar, isWhole: at === bytes.length && rar.entries.length > 0 }
}

function entry(
  name: string,
  size: number,
  isEncrypted: boolean,
  isStored: boolean,
  data: Buffer,
): ArchiveEntry {
  return { name, size, isEncrypted, read: async (most) => (isStored ? data.subarray(0, most) : null) }
}

/** Numbers of seven bits a byte, and texts, one after the other. */
class Fields {
  private readonly bytes: Buffer
  private readonly end: number
  at: number

  constructor(bytes: Buffer, at: number, end: number = bytes.length) {
    this.bytes = bytes
    this.at = at
    this.end = Math.min(end, bytes.length)
  }

  get isOver(): boolean {
    return this.at >= this.end
  }

  /** 0 behind the end. */
  number(): number {
    let value = 0
    for (let place = 1; this.at < this.end; place *= 128) {
      const byte = this.bytes[this.at++] ?? 0
      value += (byte & 127) * place
      if (byte < 128 || place > 2 ** 42) return value
    }
    return value
  }

  text(length: number): string {
    const text = this.bytes.toString('utf8', this.at, Math.min(this.at + length, this.end))
    this.at += length
    return text
  }

  skip(length: number): void {
    this.at += length
  }

  last(length: number): Fields {
    return new Fields(this.bytes, Math.max(this.at, this.end - length), this.end)
  }
}
