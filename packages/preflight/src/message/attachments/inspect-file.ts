import type { Budget } from './budget.ts'
import { kindOfFile } from './file-kind.ts'
import { checkFileName, looksHarmless } from './file-names.ts'
import { inspectArchive } from './inspect-archive.ts'
import type { FileSighting } from './sighting.ts'

/** What a file is and holds, by its content; its name only adds to that. */
export async function inspectFile(name: string, bytes: Uint8Array, budget: Budget): Promise<FileSighting[]> {
  const sightings = [...checkFileName(name), ...(await inspectContent(bytes, budget))]
  const isRunning = sightings.some(
    ({ code }) => code === 'attachment-executable' || code === 'attachment-script',
  )
  if (isRunning && looksHarmless(name) && !sightings.some(({ code }) => code === 'attachment-disguised'))
    sightings.push({ code: 'attachment-disguised', evidence: 'it is not what its ending says' })
  return sightings
}

async function inspectContent(bytes: Uint8Array, budget: Budget): Promise<FileSighting[]> {
  const { kind, detail } = await kindOfFile(bytes)
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  switch (kind) {
    case 'program':
      return [{ code: 'attachment-executable', evidence: detail }]
    case 'script':
      return [{ code: 'attachment-script', evidence: detail }]
    case 'zip':
    case 'gzip':
    case 'archive':
      return inspectArchive(kind, detail, buffer, budget)
    case 'compound':
      return inspectCompound(buffer)
    case 'pdf':
      return inspectPdf(buffer)
    case 'rtf':
      return buffer.includes('\\objdata')
        ? [{ code: 'attachment-active', evidence: 'RTF with an embedded object' }]
        : []
    case 'markup':
      return /<script[\s>]|\son(?:load|click|error|mouseover)\s*=/i.test(
        buffer.toString('latin1', 0, 512 * 1024),
      )
        ? [{ code: 'attachment-active', evidence: `${detail} with a script` }]
        : []
    case 'other':
      return []
  }
}

/** The class of Windows Installer’s packages, 000C1084-0000-0000-C000-000000000046. */
const installer = Buffer.from('84100c0000000000c000000000000046', 'hex')

/** Old office documents. The names of their streams stand there in UTF-16. */
function inspectCompound(buffer: Buffer): FileSighting[] {
  const has = (name: string): boolean => buffer.includes(Buffer.from(name, 'utf16le'))
  if (buffer.includes(installer)) return [{ code: 'attachment-executable', evidence: 'msi' }]
  if (has('EncryptedPackage'))
    return [{ code: 'attachment-encrypted', evidence: 'an office document with a password' }]
  if (has('_VBA_PROJECT') || has('Macros'))
    return [{ code: 'attachment-macro', evidence: 'an old office document' }]
  return []
}

function inspectPdf(buffer: Buffer): FileSighting[] {
  const action = ['/JavaScript', '/Launch', '/RichMedia'].find((name) => buffer.includes(name))
  return action === undefined ? [] : [{ code: 'attachment-active', evidence: `a PDF with ${action}` }]
}
