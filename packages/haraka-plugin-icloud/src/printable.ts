/**
 * Remote text made safe for a log line or a mail header: one line of printable ASCII, everything else as `\x..` or
 * `\u{..}`, cut at `limit` characters.
 */
export function printable(text: string, limit: number): string {
  let shown = ''
  // Cut before escaping: an attacker's text must not cost more than what is shown of it.
  for (const character of text.slice(0, limit)) {
    const code = character.codePointAt(0) ?? 0
    if (code === 0x5c) shown += '\\\\'
    else if (code >= 0x20 && code < 0x7f) shown += character
    else if (code < 0x100) shown += `\\x${code.toString(16).padStart(2, '0')}`
    else shown += `\\u{${code.toString(16)}}`
    if (shown.length > limit) return `${shown.slice(0, limit)}...`
  }
  return text.length > limit ? `${shown}...` : shown
}
