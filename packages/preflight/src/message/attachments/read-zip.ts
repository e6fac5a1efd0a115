import { fromBuffer, type Entry, type ZipFile } from 'yauzl'
import { mostEntries, type ArchiveEntry } from './archive-entry.ts'

/**
 * The entries of a zip archive. Nothing is unpacked before it is asked for, and then no more than is asked for, so that a bomb costs
 * nothing.
 *
 * @throws Error if it is no zip archive, or has more than 5000 entries
 */
export async function readZip(bytes: Uint8Array): Promise<ArchiveEntry[]> {
  const zip = await openZip(bytes)
  if (zip.entryCount > mostEntries) throw new Error(`${zip.entryCount} entries; ${mostEntries} are looked at`)
  return new Promise((resolve, reject) => {
    const entries: ArchiveEntry[] = []
    zip.on('error', reject)
    zip.on('entry', (entry: Entry) => {
      if (entries.length >= mostEntries) {
        reject(new Error(`more than ${mostEntries} entries`))
        return
      }
      if (!entry.fileName.endsWith('/'))
        entries.push({
          name: entry.fileName,
          isEncrypted: (entry.generalPurposeBitFlag & 1) === 1,
          size: entry.uncompressedSize,
          // Stored, or deflated; others are rare.
          read: async (most) =>
            entry.compressionMethod === 0 || entry.compressionMethod === 8
              ? readEntry(zip, entry, most)
              : null,
        })
      zip.readEntry()
    })
    zip.on('end', () => resolve(entries))
    zip.readEntry()
  })
}

function openZip(bytes: Uint8Array): Promise<ZipFile> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // Sizes are not validated: an archive that lies about them is still to be looked at, and reading is bounded anyway.
  const options = {
    lazyEntries: true,
    validateEntrySizes: false,
    strictFileNames: false,
    decodeStrings: true,
  }
  return new Promise((resolve, reject) => {
    fromBuffer(buffer, options, (error, zip) => (error ? reject(error) : resolve(zip)))
  })
}

async function readEntry(zip: ZipFile, entry: Entry, most: number): Promise<Buffer> {
  const stream = await new Promise<NodeJS.ReadableStream & { destroy(): void }>((resolve, reject) => {
    zip.openReadStream(entry, (error, opened) => (error ? reject(error) : resolve(opened)))
  })
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer)
      length += (chunk as Buffer).length
      if (length >= most) break
    }
  } finally {
    stream.destroy()
  }
  return Buffer.concat(chunks).subarray(0, most)
}
