import { codeAt, enhancedLength, isDigit, skipGap } from './reply-code.ts'

/** Where the reply begins in a text, and its codes. */
export interface FoundReply {
  /** Index of the reply code, or of the text if there is none. */
  start: number
  code: number | null
  /** Index of the enhanced status code; read it by {@link enhancedOf}. */
  enhancedAt: number
  /** 0 if there is none. */
  enhancedLength: number
  tag: string | null
}

/** The enhanced status code of a reply. */
export function enhancedOf(text: string, found: FoundReply): string | null {
  return found.enhancedLength === 0
    ? null
    : text.slice(found.enhancedAt, found.enhancedAt + found.enhancedLength)
}

/** Whether the code at `i` ends as on the wire, by white space or a hyphen: others count only before an enhanced code. */
function endsAsOnWire(text: string, i: number): boolean {
  const after = text.charCodeAt(i + 3)
  return after === 0x20 || after === 0x2d || after === 0x09 || after === 0xa0 || Number.isNaN(after)
}

/** What may stand right before a reply code. */
const openers = new Set(Array.from(' \t\u00a0;"\'(<>[#“‘', (mark) => mark.charCodeAt(0)))

/** Whether a reply code may stand after this: not inside a word, an address, a port, a size or a date. */
function mayPrecede(text: string, i: number): boolean {
  if (i === 0) return true
  const before = text.charCodeAt(i - 1)
  if (before === 0x3d) return /(?:response|stat)=$/i.test(text.slice(Math.max(0, i - 9), i))
  // "12:50:421" is a time, "smtp:550" is not.
  if (before === 0x3a) return !isDigit(text.charCodeAt(i - 2))
  return openers.has(before)
}

/** Whether what stands before says that a reply follows. */
function isAnnounced(text: string, i: number): boolean {
  return i === 0 || /(?:[:;"'(“‘]|response=|<<<)\s{0,4}$/i.test(text.slice(Math.max(0, i - 14), i))
}

/**
 * The first code that is announced or followed by an enhanced code; else the first that stands alone; else -1. A
 * refusal goes before an acceptance: in a transcript of a session the commands before it were accepted.
 */
function findCode(text: string, from: number): number {
  let accepted = -1
  let weak = -1
  for (let i = from; i < text.length - 2; i++) {
    const first = text.charCodeAt(i)
    if (first < 0x32 || first > 0x35 || codeAt(text, i) === 0 || !mayPrecede(text, i)) continue
    const isEnhanced = enhancedLength(text, skipGap(text, i + 3)) > 0
    if (isEnhanced || (endsAsOnWire(text, i) && isAnnounced(text, i))) {
      if (text.charCodeAt(i) === 0x32) accepted = i
      else if (isEnhanced || accepted < 0) return i
    } else if (weak < 0 && endsAsOnWire(text, i)) weak = i
  }
  return accepted < 0 ? weak : accepted
}

/** Where an enhanced code stands without a reply code before it, as in a DSN's Status field; else -1. */
function findEnhanced(text: string): number {
  for (let i = 0; i < text.length - 4; i++) {
    if (isDigit(text.charCodeAt(i)) && mayPrecede(text, i) && enhancedLength(text, i) > 0) return i
  }
  return -1
}

/** Apple's tags: two or three letters and one or two digits in brackets, behind the codes. */
function findTag(text: string, from: number): string | null {
  for (let open = text.indexOf('[', from); open >= 0; open = text.indexOf('[', open + 1)) {
    let at = open + 1
    while (at < open + 5 && isLetter(text.charCodeAt(at))) at++
    const letters = at - open - 1
    if (letters < 2 || letters > 3) continue
    const digits = at
    while (at < digits + 3 && isDigit(text.charCodeAt(at))) at++
    if (at > digits && at < digits + 3 && text.charCodeAt(at) === 0x5d)
      return text.slice(open + 1, at).toUpperCase()
  }
  return null
}

function isLetter(char: number): boolean {
  return (char | 0x20) >= 0x61 && (char | 0x20) <= 0x7a
}

/** The refusal that a 503 carries along, or -1. */
function nestedStart(text: string, outer: number): number {
  const marker = text.slice(outer).search(/MAIL FROM error:/i)
  if (marker >= 0) {
    const at = skipGap(text, outer + marker + 16)
    if (codeAt(text, at) > 0) return at
  }
  for (let i = outer + 4; i < text.length - 2; i++) {
    if (text.charCodeAt(i) === 0x34 && codeAt(text, i) > 0 && mayPrecede(text, i)) {
      if (enhancedLength(text, skipGap(text, i + 3)) > 0) return i
    }
  }
  return -1
}

/** Where the last `said: ` stands, in any case; -1 if nobody said anything. */
function lastSaid(text: string): number {
  const usual = text.lastIndexOf('said: ')
  return usual >= 0 || !/said: /i.test(text) ? usual : text.toLowerCase().lastIndexOf('said: ')
}

/**
 * Finds the reply in a text on one line.
 */
export function findReply(text: string): FoundReply {
  let start = 0
  let code = codeAt(text, 0)
  if (code === 0) {
    // What the innermost host said counts: a relay quotes the reply it was given.
    const said = lastSaid(text)
    start = said >= 0 ? findCode(text, said + 6) : -1
    if (start < 0) start = findCode(text, 0)
    if (start >= 0) code = codeAt(text, start)
    else {
      const alone = findEnhanced(text)
      start = Math.max(alone, 0)
      const length = alone < 0 ? 0 : enhancedLength(text, alone)
      return {
        start,
        code: null,
        enhancedAt: start,
        enhancedLength: length,
        tag: findTag(text, start),
      }
    }
  } else if (code < 300 || text.includes('said: ')) {
    const inner = findCode(text, code < 300 ? 0 : text.lastIndexOf('said: ') + 6)
    if (inner > 0) {
      start = inner
      code = codeAt(text, inner)
    }
  }
  if (code === 503) {
    const nested = nestedStart(text, start)
    if (nested > 0) {
      start = nested
      code = codeAt(text, nested)
    }
  }
  const after = skipGap(text, start + 3)
  const length = enhancedLength(text, after)
  return {
    start,
    code,
    enhancedAt: after,
    enhancedLength: length,
    tag: findTag(text, after + length),
  }
}
