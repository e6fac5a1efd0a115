const replyLine = /^([45]\d\d)[ -]/

/**
 * The codes of the refusals that a text holds, in their order, if they are more than one. The lines of one reply share
 * its code.
 */
export function codesOfSeveral(text: string): readonly string[] {
  const codes = new Set<string>()
  for (const line of text.split(/\r\n|\r|\n|\\r\\n|\\n/)) {
    const [, code] = replyLine.exec(line.trimStart()) ?? []
    if (code !== undefined) codes.add(code)
  }
  return codes.size > 1 ? [...codes] : []
}
