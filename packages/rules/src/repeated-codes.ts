/** The codes of a line that another follows. */
export const continued: RegExp = /(?:^|[^0-9.])([245]\d\d)-([245]\.\d{1,3}\.\d{1,3}) /

/**
 * A reply of several lines that a log has put on one, without what each further line repeats:
 * `550-5.1.1 user does 550 5.1.1 not exist`.
 */
export function withoutRepeatedCodes(text: string): string {
  const [found, code, enhanced] = continued.exec(text) ?? []
  if (found === undefined) return text
  const behind = text.indexOf(found) + found.length
  const rest = text
    .slice(behind)
    .replaceAll(`${code}-${enhanced} `, '')
    .replaceAll(`${code} ${enhanced} `, '')
  return text.slice(0, behind) + rest
}
