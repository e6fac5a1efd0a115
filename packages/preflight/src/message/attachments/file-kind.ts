import { fileTypeFromBuffer } from 'file-type'

export type FileKind =
  | 'program'
  | 'archive'
  | 'zip'
  | 'gzip'
  | 'compound'
  | 'pdf'
  | 'rtf'
  | 'script'
  | 'markup'
  | 'other'

const programs = new Set([
  'exe',
  'elf',
  'macho',
  'deb',
  'rpm',
  'class',
  'swf',
  'crx',
  'lnk',
  'dmg',
  'wasm',
  'jar',
  'apk',
  'xpi',
  'chm',
])
const archives = new Set([
  'rar',
  '7z',
  'tar',
  'bz2',
  'xz',
  'zst',
  'lz',
  'Z',
  'lz4',
  'cab',
  'arj',
  'lzh',
  'ar',
  'cpio',
  'ace',
  'iso',
])

export function isArchive(kind: FileKind): boolean {
  return kind === 'zip' || kind === 'gzip' || kind === 'archive'
}

/** What a file is, by its content. `detail` names it for the reader. */
export async function kindOfFile(bytes: Uint8Array): Promise<{ kind: FileKind; detail: string }> {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 8192))
  // Before the library: it would read whole archives to tell one kind of zip from another, which is done here anyway.
  if (head.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1'))) return { kind: 'zip', detail: 'zip' }
  if (head.subarray(0, 4).equals(Buffer.from('PK\x05\x06', 'latin1'))) return { kind: 'zip', detail: 'zip' }
  const image = diskImage(bytes, head)
  if (image !== null) return { kind: 'archive', detail: image }
  // The container of Outlook, winmail.dat.
  if (head.subarray(0, 4).equals(Buffer.from('789f3e22', 'hex'))) return { kind: 'archive', detail: 'TNEF' }
  const type = await fileTypeFromBuffer(head).catch(() => undefined)
  const ext = type?.ext ?? ''
  if (programs.has(ext)) return { kind: 'program', detail: ext }
  if (archives.has(ext)) return { kind: 'archive', detail: ext }
  if (ext === 'gz' || ext === 'tar.gz') return { kind: 'gzip', detail: 'gz' }
  if (ext === 'reg') return { kind: 'script', detail: ext }
  if (ext === 'cfb') return { kind: 'compound', detail: 'OLE' }
  if (ext === 'pdf' || ext === 'rtf') return { kind: ext, detail: ext }
  return kindOfText(head.toString('latin1'))
}

/** Windows opens these as drives, and what is inside then counts as its own. */
function diskImage(bytes: Uint8Array, head: Buffer): string | null {
  // Behind an area of 32 KiB that is free.
  if (Buffer.from(bytes.subarray(32_769, 32_774)).toString('latin1') === 'CD001') return 'iso'
  if (head.toString('latin1', 0, 8) === 'vhdxfile') return 'vhdx'
  return head.toString('latin1', 0, 8) === 'conectix' ? 'vhd' : null
}

const scriptStart = /^(?:\xef\xbb\xbf)?\s*(?:#!\s*\/|@?echo\s+off\b|<job\b|<package>|on error resume next)/i
const scriptWords =
  /\bWScript\.|\bCreateObject\s*\(|\bActiveXObject\b|\bpowershell(?:\.exe)?\s+-|\bInvoke-(?:Expression|WebRequest)\b|\bStart-Process\b/i

function kindOfText(text: string): { kind: FileKind; detail: string } {
  if (text.includes('\0')) return { kind: 'other', detail: 'binary' }
  if (scriptStart.test(text) || scriptWords.test(text)) return { kind: 'script', detail: 'script' }
  if (/<(?:!doctype\s+html|html|svg|script|body)[\s>]/i.test(text))
    return { kind: 'markup', detail: 'HTML or SVG' }
  return { kind: 'other', detail: 'text' }
}
