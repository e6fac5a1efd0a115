/*
 * Undoes what logs, JSON, web pages and mail transport do to a reply. Every pattern repeats single classes of characters,
 * so none can back-track badly; a test checks them.
 */
const zeroWidth = /[\u200b-\u200d\u2060\ufeff]/g
const escapes = /\\{1,4}(r\\{1,4}n|[rnt]|u00(?:22|26|27|3c|3e)|["'/])/gi
const entities = /&(?:amp;)?(lt|gt|quot|apos|nbsp|#34|#39|#60|#62|#160|#x22|#x27|#x3c|#x3e);/gi
const lineBreakTag = /<br ?\/?>/gi
const quotedPrintable = /=(?:3D|\r?\n)/
const softBreak = /=\r?\n/g
const quotedBytes = /(?:=[0-9A-F]{2}){1,64}/g
const qmailWords = /_said:_/i
const outsideBrackets = /<[^<> ]{0,320}>|_/g

/** Every pattern of this file, for the test that looks for catastrophic back-tracking. */
export const decodePatterns: readonly RegExp[] = [
  zeroWidth,
  escapes,
  entities,
  lineBreakTag,
  quotedPrintable,
  softBreak,
  quotedBytes,
  qmailWords,
  outsideBrackets,
]

const decoder = new TextDecoder()

const characterOf: Readonly<Record<string, string>> = {
  t: '\t',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  '#34': '"',
  '#39': "'",
  '#60': '<',
  '#62': '>',
  '#160': ' ',
  '#x22': '"',
  '#x27': "'",
  '#x3c': '<',
  '#x3e': '>',
  u0022: '"',
  u0026: '&',
  u0027: "'",
  u003c: '<',
  u003e: '>',
}

function unescaped(_all: string, name: string): string {
  const key = name.toLowerCase()
  return characterOf[key] ?? (key.startsWith('r') || key === 'n' ? '\n' : name)
}

function bytesToText(encoded: string): string {
  return decoder.decode(Uint8Array.from(encoded.slice(1).split('='), (byte) => Number.parseInt(byte, 16)))
}

/** Whether a text may need {@link decode}: a quick look. A reply as it comes from the wire begins with its code. */
export function mayBeEncoded(text: string): boolean {
  const first = text.charCodeAt(0)
  return !(first >= 0x30 && first <= 0x39) || text.includes('\\') || text.includes('&')
}

/**
 * A text without the escapes of JSON (`\r\n`, `\u003c`), HTML (`&lt;`) and quoted-printable (`=3D`), without qmail's
 * underscores and without characters of no width.
 */
export function decode(text: string): string {
  let plain = text.replace(zeroWidth, '')
  if (plain.includes('\\')) plain = plain.replace(escapes, unescaped)
  if (plain.includes('&')) plain = plain.replace(entities, unescaped)
  if (plain.includes('<')) plain = plain.replace(lineBreakTag, '\n')
  if (quotedPrintable.test(plain)) plain = plain.replace(softBreak, '').replace(quotedBytes, bytesToText)
  if (qmailWords.test(plain)) plain = plain.replace(outsideBrackets, (part) => (part === '_' ? ' ' : part))
  return plain
}
