import { isHashedName } from './address-names.ts'

/** What stands in a text instead of an address. */
export const cut = '[address]'

/**
 * A text without the addresses in it. What is between spaces, brackets, quotes, commas, semicolons or colons and has an
 * `@` counts as one, so that no form of an address is missed; time grows with the length only.
 */
export function cutAddresses(text: string): string {
  if (!text.includes('@')) return text
  let result = ''
  let from = 0
  for (let i = 0; i <= text.length; i++) {
    if (i < text.length && !isSeparator(text.charCodeAt(i))) continue
    const word = text.slice(from, i)
    result += word.includes('@') && !isHashedName(word) ? cut : word
    result += text.charAt(i)
    from = i + 1
  }
  return result
}

function isSeparator(code: number): boolean {
  return (
    code <= 0x20 ||
    code === 0x22 ||
    code === 0x27 ||
    code === 0x28 ||
    code === 0x29 ||
    code === 0x2c ||
    code === 0x3a ||
    code === 0x3b ||
    code === 0x3c ||
    code === 0x3e ||
    code === 0x5b ||
    code === 0x5d
  )
}
