/** A reply in the form in which it goes over the wire. */
export interface WireReply {
  code: number
  /** The lines with their codes, separated by `\n`. */
  text: string
}

/**
 * Puts a code in front of every line: `-` after it on all lines but the last. Lines may carry their code already.
 * Returns `null` unless the text starts with a reply code from 200 to 599.
 */
export function wireReply(text: string): WireReply | null {
  const code = /^[2-5]\d\d(?=[ -]|$)/.exec(text)?.[0]
  if (code === undefined) return null
  const lines = text.split(/\r?\n/).map((line) => withoutCode(line, code))
  const last = lines.length - 1
  return {
    code: Number(code),
    text: lines.map((line, i) => `${code}${i < last ? '-' : ' '}${line}`.trimEnd()).join('\n'),
  }
}

function withoutCode(line: string, code: string): string {
  return /^[ -]/.test(line.slice(3)) && line.startsWith(code) ? line.slice(4) : line === code ? '' : line
}

/** The bytes of a reply. */
export function onTheWire(text: string): string {
  return `${text.replaceAll('\n', '\r\n')}\r\n`
}
