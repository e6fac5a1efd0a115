const LONGEST_ADDRESS = 320

/** Words before which a reply names an address without brackets, lower case. */
const introductions = ['messages to', 'alias:', 'system:', 'server:']

function endsAddress(char: number): boolean {
  // White space, quotes, brackets, comma, semicolon, a second @, or the end (NaN)
  return (
    !(char > 0x20) ||
    char === 0x22 ||
    char === 0x28 ||
    char === 0x29 ||
    char === 0x2c ||
    char === 0x3b ||
    char === 0x3c ||
    char === 0x3e ||
    char === 0x40
  )
}

/**
 * The address that a reply is about by its own words: in angle brackets, else one that its words introduce. Of several
 * the one that stands before the deciding words, as in `<anna@icloud.com>: user does not exist`, else the first. It may
 * be the sender's.
 *
 * @param reply - on one line
 * @param words - where the deciding words begin in it; -1 if that is not known
 */
export function namedAddress(reply: string, words: number): string | null {
  let bracketed: string | null = null
  let introduced: string | null = null
  for (let at = reply.indexOf('@'); at >= 0; at = reply.indexOf('@', at + 1)) {
    let start = at
    while (start > 0 && !endsAddress(reply.charCodeAt(start - 1))) start--
    let end = at + 1
    while (end < reply.length && !endsAddress(reply.charCodeAt(end))) end++
    if (end - start > LONGEST_ADDRESS || start === at || end === at + 1) continue
    if (reply[start - 1] === '<' && reply[end] === '>') {
      if (bracketed === null || end <= words) bracketed = reply.slice(start, end)
    } else introduced ??= afterIntroduction(reply, start, end)
    if (bracketed !== null && end > words) break
  }
  return bracketed ?? introduced
}

function afterIntroduction(reply: string, start: number, end: number): string | null {
  const before = reply
    .slice(Math.max(0, start - 14), start)
    .trimEnd()
    .toLowerCase()
  const words = introductions.find((each) => before.endsWith(each))
  if (words !== undefined) return reply.slice(start, end)
  // "system:user@icloud.com" has no space behind the colon.
  const glued = introductions.find((each) => reply.slice(start, start + each.length).toLowerCase() === each)
  return glued === undefined ? null : reply.slice(start + glued.length, end)
}
