/**
 * Where words stand in a text, in any case; typographic dashes count as hyphens. -1 if they do not.
 *
 * @param keyword - lower case
 */
export function placeOfWords(text: string, keyword: string): number {
  const lower = text.toLowerCase()
  const at = lower.indexOf(keyword)
  return at < 0 ? lower.replace(/[\u2010-\u2015]/g, '-').indexOf(keyword) : at
}
