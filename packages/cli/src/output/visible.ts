// Control and format characters (what steers a terminal, is not seen, or changes the order of what is), lone
// surrogates, private and unassigned characters, and separators that break lines.
const invisible = /[\p{C}\p{Zl}\p{Zp}]/gu

/** Remote text for a terminal: what is not seen, or would steer the terminal, is shown as `\u001b`. */
export function visible(text: string): string {
  return text.replace(invisible, escaped)
}

/** A value as JSON on one line that is safe in a terminal too. It parses to the same value as without the escapes. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(invisible, escaped)
}

/** The first `most` characters of a text, and how many were left out. */
export function bounded(text: string, most: number): string {
  if (text.length <= most) return text
  const more = text.length - most
  return `${text.slice(0, most)} … (${more} ${more === 1 ? 'character' : 'characters'} more)`
}

function escaped(char: string): string {
  let escapes = ''
  for (let i = 0; i < char.length; i++) {
    escapes += `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`
  }
  return escapes
}
