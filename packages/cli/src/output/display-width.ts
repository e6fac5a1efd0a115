const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u
const ascii = /^[\x20-\x7e]*$/

/** How many columns a text takes in a terminal. The text has no control characters. */
export function displayWidth(text: string): number {
  if (ascii.test(text)) return text.length
  let columns = 0
  for (const char of text) {
    if (/\p{M}/u.test(char)) continue
    columns += wide.test(char) ? 2 : 1
  }
  return columns
}
