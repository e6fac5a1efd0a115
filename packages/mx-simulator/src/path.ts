/** The argument of MAIL or RCPT. */
export interface Path {
  /** Without the brackets. Empty for `<>`. */
  address: string
  /** What follows, such as `SIZE` and `BODY`, keys in upper case. */
  parameters: ReadonlyMap<string, string>
}

/**
 * Reads `FROM:<anna@example.com> SIZE=100`. Returns `null` if the syntax is wrong.
 *
 * @param keyword `FROM` or `TO`
 */
export function parsePath(argument: string, keyword: 'FROM' | 'TO'): Path | null {
  if (!argument.toUpperCase().startsWith(`${keyword}:`)) return null
  const rest = argument.slice(keyword.length + 1).trimStart()
  const end = closingBracket(rest)
  if (end === -1) return null
  const address = withoutRoute(rest.slice(1, end))
  // Control characters would end up in logs and in replies.
  if (/[\u0000-\u001f\u007f]/.test(address)) return null
  const after = rest.slice(end + 1)
  if (after !== '' && !after.startsWith(' ')) return null
  const parameters = new Map<string, string>()
  for (const word of after.split(' ').filter(Boolean)) {
    const [key = '', ...value] = word.split('=')
    parameters.set(key.toUpperCase(), value.join('='))
  }
  return { address, parameters }
}

/** The bracket may be quoted: `<"a>b"@example.com>`. */
function closingBracket(text: string): number {
  if (!text.startsWith('<')) return -1
  let quoted = false
  for (let i = 1; i < text.length; i++) {
    const char = text[i]
    if (quoted && char === '\\') i += 1
    else if (char === '"') quoted = !quoted
    else if (!quoted && char === '>') return i
    else if (!quoted && (char === ' ' || char === '<')) return -1
  }
  return -1
}

/** `@relay.example,@other.example:anna@example.com` was a route once. RFC 5321 (appendix C) has servers ignore it. */
function withoutRoute(address: string): string {
  const colon = address.indexOf(':')
  return address.startsWith('@') && colon !== -1 ? address.slice(colon + 1) : address
}
