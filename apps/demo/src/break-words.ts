/**
 * Puts a space into every word that is longer than `width`, after a hyphen if there is one, so that a table can wrap it
 * instead of cutting it off.
 *
 * @param width in characters, 1 or more
 */
export function breakWords(text: string, width: number): string {
  return text.replaceAll(/\S+/g, (word) => partsOf(word, width).join(' '))
}

function partsOf(word: string, width: number): string[] {
  const parts: string[] = []
  let rest = word
  while (rest.length > width) {
    const hyphen = rest.lastIndexOf('-', width - 1)
    const end = hyphen > 0 ? hyphen + 1 : width
    parts.push(rest.slice(0, end))
    rest = rest.slice(end)
  }
  return [...parts, rest]
}
