/**
 * Remote text as it may be shown: control characters, and those that turn the direction of writing or are invisible, as
 * escapes, and no longer than `length`.
 */
export function shown(text: string, length: number): string {
  const cut = text.length > length ? `${text.slice(0, length - 1)}…` : text
  return cut.replace(
    /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/g,
    (one, index: number) =>
      isHalfOfPair(cut, index) ? one : `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Without this an emoji, which is a pair of surrogates, would be escaped too. */
function isHalfOfPair(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  if (code >= 0xd800 && code <= 0xdbff) return isLow(text.charCodeAt(index + 1))
  return (
    isLow(code) && index > 0 && text.charCodeAt(index - 1) >= 0xd800 && text.charCodeAt(index - 1) <= 0xdbff
  )
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}

/** `a, b, c and 4 more`. */
export function listed(items: readonly string[], most = 5): string {
  const unique = [...new Set(items)]
  const first = unique.slice(0, most).join(', ')
  return unique.length > most ? `${first} and ${unique.length - most} more` : first
}
