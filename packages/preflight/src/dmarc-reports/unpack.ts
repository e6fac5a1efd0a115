import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import PostalMime from 'postal-mime'
import { readZip } from '../message/attachments/read-zip.ts'

const inflate = promisify(gunzip)

/** Of one report, unpacked. The largest that are sent have some megabytes. */
const mostXml = 20 * 1024 * 1024
const mostFiles = 100

/**
 * The XML in a file: alone, in gzip, in zip, or attached to a mail in one of these forms.
 *
 * @throws Error what keeps it from being unpacked
 */
export async function unpack(bytes: Uint8Array, isInMail = false): Promise<string[]> {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 1024)).toString(
    'latin1',
  )
  if (head.startsWith('\x1f\x8b'))
    return [textOf(await inflate(bytes, { maxOutputLength: mostXml }).catch(inWords))]
  if (head.startsWith('PK\x03\x04')) return unpackZip(bytes)
  if (/^(?:\xef\xbb\xbf)?\s*<|^\xff\xfe|^\xfe\xff/.test(head)) {
    if (bytes.byteLength > mostXml) throw new Error(`it is larger than ${mostXml} bytes`)
    return [textOf(bytes)]
  }
  if (!isInMail && /^(?:From |[\w-]+:)/.test(head)) return unpackMail(bytes)
  throw new Error('it is neither XML nor gzip, zip or a mail')
}

async function unpackZip(bytes: Uint8Array): Promise<string[]> {
  const texts: string[] = []
  for (const entry of (await readZip(bytes)).slice(0, mostFiles)) {
    if (entry.isEncrypted) throw new Error('it is encrypted')
    const content = await entry.read(mostXml + 1)
    if (content === null) throw new Error('it is packed in a way that is not unpacked here')
    if (content.length > mostXml) throw new Error(`it unpacks to more than ${mostXml} bytes`)
    texts.push(textOf(content))
  }
  return texts
}

async function unpackMail(bytes: Uint8Array): Promise<string[]> {
  const { attachments } = await PostalMime.parse(bytes, { maxNestingDepth: 20 })
  const texts: string[] = []
  for (const { content } of attachments.slice(0, mostFiles)) {
    const file = typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content)
    // Signatures, logos and the like go along with some reports.
    if (looksPacked(file)) texts.push(...(await unpack(file, true)))
  }
  if (texts.length === 0) throw new Error('the mail has no report attached')
  return texts
}

function looksPacked(file: Uint8Array): boolean {
  const head = Buffer.from(file.subarray(0, 64)).toString('latin1')
  return /^(?:\x1f\x8b|PK\x03\x04|(?:\xef\xbb\xbf)?\s*<(?:\?xml|feedback|!))/.test(head)
}

function textOf(bytes: Uint8Array): string {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  const encoding = isUtf16 ? (bytes[0] === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8'
  return new TextDecoder(encoding).decode(bytes)
}

function inWords(error: NodeJS.ErrnoException): never {
  if (error.code === 'ERR_BUFFER_TOO_LARGE')
    throw new Error(`it unpacks to more than ${mostXml} bytes`, { cause: error })
  throw new Error(`its gzip is damaged: ${error.message}`, { cause: error })
}
