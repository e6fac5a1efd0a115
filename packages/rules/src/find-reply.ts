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

/** The 2xx codes of SMTP. Others are no replies: Exim logs the key length of its cipher as `:256`. */
const acceptances = [211, 214, 220, 221, 235, 250, 251, 252]

/** The three digits at `i` as a number, if they are a reply code (RFC 5321, 4.2.1) that ends there; else 0. */
function codeAt(text: string, i: number): number {
  const first = text.charCodeAt(i)
  if (first !== 0x34 && first !== 0x35 && first !== 0x32) return 0
  const second = text.charCodeAt(i + 1)
  const third = text.charCodeAt(i + 2)
  if (second < 0x30 || second > 0x35 || !isDigit(third) || !isGap(text.charCodeAt(i + 3))) return 0
  const code = (first - 0x30) * 100 + (second - 0x30) * 10 + third - 0x30
  return code < 300 && !acceptances.includes(code) ? 0 : code
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

/** What may stand between a code and an enhanced code: white space, the end (NaN), or a mark as in `550-5.1.1`, `550 #5.1.1`. */
function isGap(char: number): boolean {
  return (
    char === 0x20 ||
    char === 0x2d ||
    char === 0x09 ||
    char === 0xa0 ||
    char === 0x23 ||
    char === 0x28 ||
    char === 0x29 ||
    char === 0x2c ||
    char === 0x3a ||
    Number.isNaN(char)
  )
}

function skipGap(text: string, i: number): number {
  let at = i
  while (at < text.length && isGap(text.charCodeAt(at))) at++
  return at
}

/** Whether the code at `i` ends as on the wire, by white space or a hyphen: others count only before an enhanced code. */
function endsAsOnWire(text: string, i: number): boolean {
  const after = text.charCodeAt(i + 3)
  return after === 0x20 || after === 0x2d || after === 0x09 || after === 0xa0 || Number.isNaN(after)
}

/** Whether a reply code may stand after this: not inside a word, an address, a port, a size or a date. */
function mayPrecede(text: string, i: number): boolean {
  if (i === 0) return true
  const before = text[i - 1]!
  if (before === '=') return /(?:response|stat)=$/i.test(text.slice(Math.max(0, i - 9), i))
  // "12:50:421" is a time, "smtp:550" is not.
  if (before === ':') return !isDigit(text.charCodeAt(i - 2))
  return ' \t\u00a0;"\'(<>[#“‘'.includes(before)
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
    if (!isDigit(text.charCodeAt(i)) || codeAt(text, i) === 0 || !mayPrecede(text, i)) continue
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
