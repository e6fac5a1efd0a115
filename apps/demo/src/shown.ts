/** Remote text made safe for a terminal: one line, control and direction characters escaped, at most `limit` long. */
export function shown(text: string, limit: number): string {
  const line = text
    .slice(0, limit * 4)
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16) ?? ''}}`)
  return line.length <= limit ? line : `${line.slice(0, limit - 1).trimEnd()}…`
}
