/** A reply taken apart for a DSN. Remote text. */
export interface OneLine {
  /** Empty for what is no SMTP reply. */
  code: string
  /** The enhanced status code of its first line; `null` if it has none. */
  enhanced: string | null
  /** The words of all lines, joined by spaces. */
  words: string
}

/** Joins the lines of a reply and takes the codes off them. */
export function oneLine(reply: string): OneLine {
  let enhanced: string | null = null
  const words = reply.split('\r\n').map((line, index) => {
    const rest = line.replace(/^\d{3}[ -]?/, '')
    const match = /^([245]\.\d{1,3}\.\d{1,3})(?: |$)/.exec(rest)
    if (!match) return rest
    if (index === 0) enhanced = match[1] ?? null
    return rest.slice(match[0].length)
  })
  return { code: /^\d{3}/.exec(reply)?.[0] ?? '', enhanced, words: words.join(' ').trim() }
}
