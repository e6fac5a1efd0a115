import { cut, cutAddresses } from './cut-addresses.ts'

/**
 * A text without addresses, and without the recipient's local part where it stands alone, as some replies name no more than that.
 * Time grows with the length only.
 */
export function withoutRecipient(text: string, recipient: string): string {
  const without = cutAddresses(text)
  const at = recipient.lastIndexOf('@')
  const local = (at < 0 ? recipient : recipient.slice(0, at)).toLowerCase()
  if (local === '' || !without.toLowerCase().includes(local)) return without
  let result = ''
  let from = 0
  for (let i = 0; i <= without.length; i++) {
    if (i < without.length && !isSeparator(without.charAt(i))) continue
    const word = without.slice(from, i)
    result += isNameOf(word, local) ? cut : word
    result += without.charAt(i)
    from = i + 1
  }
  return result
}

/** A word may end a sentence; return paths and links hold an address without its `@`. */
function isNameOf(word: string, local: string): boolean {
  const bare = word.toLowerCase()
  if (bare === local || bare === `${local}.` || bare === `${local}!`) return true
  return bare.includes(`${local}=`) || bare.includes(`${local}%40`)
}

function isSeparator(character: string): boolean {
  return character <= ' ' || '"\'(),:;<>[]`'.includes(character)
}
