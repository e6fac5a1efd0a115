/** Whether a UTF-16 code unit is a decimal digit. */
export function isDigit(char: number): boolean {
  return char >= 0x30 && char <= 0x39
}

/** The 2xx codes of SMTP. Others are no replies: Exim logs the key length of its cipher as `:256`. */
const acceptances = [211, 214, 220, 221, 235, 250, 251, 252]

/** The three digits at `i` as a number, if they are a reply code (RFC 5321, 4.2.1) that ends there; else 0. */
export function codeAt(text: string, i: number): number {
  const first = text.charCodeAt(i)
  if (first !== 0x34 && first !== 0x35 && first !== 0x32) return 0
  const second = text.charCodeAt(i + 1)
  const third = text.charCodeAt(i + 2)
  if (second < 0x30 || second > 0x35 || !isDigit(third) || !isGap(text.charCodeAt(i + 3))) return 0
  const code = (first - 0x30) * 100 + (second - 0x30) * 10 + third - 0x30
  return code < 300 && !acceptances.includes(code) ? 0 : code
}

/** The length of an enhanced status code at `i`, or 0. */
export function enhancedLength(text: string, i: number): number {
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

/** The index of what follows the marks and white space behind a code. */
export function skipGap(text: string, i: number): number {
  let at = i
  while (at < text.length && isGap(text.charCodeAt(at))) at++
  return at
}
