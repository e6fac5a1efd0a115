/** Control, formatting and direction characters written out, as `\u202e`: what others say may be anything. Line breaks stay. */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    character === '\n' ? character : `\\u${character.codePointAt(0)?.toString(16).padStart(4, '0')}`,
  )
}
