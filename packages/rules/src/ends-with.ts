/**
 * Whether `text` ends with `suffix`, any case, without making a new string. A final dot of `text` does not count.
 *
 * @param suffix - lower case ASCII
 */
export function endsWith(text: string, suffix: string): boolean {
  if (text.endsWith(suffix)) return true
  let end = text.length
  if (end > 0 && text.charCodeAt(end - 1) === 0x2e) end--
  const start = end - suffix.length
  if (start < 0) return false
  for (let i = suffix.length - 1; i >= 0; i--) {
    let char = text.charCodeAt(start + i)
    if (char >= 0x41 && char <= 0x5a) char |= 0x20
    if (char !== suffix.charCodeAt(i)) return false
  }
  return true
}
