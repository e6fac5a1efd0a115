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

const isDigit = (char: number): boolean => char >= 0x30 && char <= 0x39

/** The three digits at `i` as a number, if they are a reply code that ends there; else 0. */
function codeAt(text: string, i: number): number {
  const first = text.charCodeAt(i)
  if (first !== 0x34 && first !== 0x35 && first !== 0x32) return 0
  const second = text.charCodeAt(i + 1)
  const third = text.charCodeAt(i + 2)
  if (!isDigit(second) || !isDigit(third)) return 0
  const after = text.charCodeAt(i + 3)
  if (i + 3 < text.length && after !== 0x20 && after !== 0x2d && after !== 0x09) return 0
  return (first - 0x30) * 100 + (second - 0x30) * 10 + third - 0x30
}

/** The length of an enhanced status code at `i`, or 0. */
function enhancedLength(text: string, i: number): number {
  const first = text.charCodeAt(i)
  if ((first !== 0x34 && first !== 0x35 && first !== 0x32) || text.charCodeAt(i + 1) !== 0x2e) return 0
  let at = i + 2
  const subject = at
  while (at < subject + 3 && isDigit(text.charCodeAt(at))) at++
  if (at === subject || text.charCodeAt(at) !== 0x2e) return 0
  const detail = ++at
  while (at < detail + 3 && isDigit(text.charCodeAt(at))) at++
  return at === detail || isDigit(text.charCodeAt(at)) ? 0 : at - i
}

function skipGap(text: string, i: number): number {
  let at = i
  for (
    let char = text.charCodeAt(at);
    char === 0x20 || char === 0x2d || char === 0x09;
    char = text.charCodeAt(at)
  )
    at++
  return at
}

/** Whether a reply code may stand after this: not inside a word, an address, a port, a size or a date. */
function mayPrecede(text: string, i: number): boolean {
  if (i === 0) return true
  const before = text[i - 1]!
  if (before === '=') return /response=$/i.test(text.slice(Math.max(0, i - 9), i))
  // "12:50:421" is a time, "smtp:550" is not.
  if (before === ':') return !isDigit(text.charCodeAt(i - 2))
  return ' \t;"\'(<>“‘'.includes(before)
}

/** Whether what stands before says that a reply follows. */
function isAnnounced(text: string, i: number): boolean {
  return i === 0 || /(?:[:;"'(“‘]|response=|<<<)\s{0,4}$/i.test(text.slice(Math.max(0, i - 14), i))
}

/** The first code that is announced or followed by an enhanced code; else the first that stands alone; else -1. */
function findCode(text: string, from: number): number {
  let weak = -1
  for (let i = from; i < text.length - 2; i++) {
    if (!isDigit(text.charCodeAt(i)) || codeAt(text, i) === 0 || !mayPrecede(text, i)) continue
    if (enhancedLength(text, skipGap(text, i + 3)) > 0 || isAnnounced(text, i)) return i
    if (weak < 0) weak = i
  }
  return weak
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
    const close = text.indexOf(']', open)
    if (close < 0) return null
    const length = close - open - 1
    if (length >= 3 && length <= 5) {
      const tag = text.slice(open + 1, close).toUpperCase()
      if (/^[A-Z]{2,3}\d{1,2}$/.test(tag)) return tag
    }
  }
  return null
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

/**
 * Finds the reply in a text on one line.
 */
export function findReply(text: string): FoundReply {
  let start = 0
  let code = codeAt(text, 0)
  if (code === 0) {
    // What the innermost host said counts: a relay quotes the reply it was given.
    const said = text.toLowerCase().lastIndexOf('said: ')
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
  } else if (text.includes('said: ')) {
    const inner = findCode(text, text.lastIndexOf('said: ') + 6)
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
