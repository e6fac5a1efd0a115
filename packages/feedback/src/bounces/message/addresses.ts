const longestAddress = 320
const mostAddresses = 50

/** The first address in a piece of text, without brackets; `null` if there is none. What stands in a comment is not looked at. */
export function addressIn(text: string): string | null {
  return addressesIn(withoutComments(text.slice(0, 20_000)))[0] ?? null
}

/** All addresses in a piece of text, 50 at most. No parser: what is no address fits no return path and names nobody. */
export function addressesIn(text: string): string[] {
  const found = new Set<string>()
  for (const word of text.slice(0, 20_000).split(/[\s<>;,:"()[\]]+/)) {
    // An apostrophe may be a part of a name; around all of it they are quotes.
    const address = /^'[^]*'$/.test(word) ? word.slice(1, -1) : word
    const at = address.lastIndexOf('@')
    if (at < 1 || at > address.length - 3 || address.length > longestAddress) continue
    found.add(withoutDot(address))
    if (found.size >= mostAddresses) break
  }
  return [...found]
}

/**
 * The address of a Final-Recipient or Original-Recipient (RFC 3464, 2.3): what follows the type, without comments; `null` if that is
 * no single address.
 */
export function recipientIn(value: string): string | null {
  const bare = withoutComments(value.slice(0, 2000))
  const typed = /^\s*[\w-]{1,30}\s*;/.exec(bare)
  let text = bare.slice(typed?.[0].length ?? 0).trim()
  const bracket = text.lastIndexOf('<')
  if (text.endsWith('>') && bracket >= 0 && text.indexOf('<') === bracket)
    text = text.slice(bracket + 1, -1).trim()
  text = withoutDot(text)
  const at = text.lastIndexOf('@')
  if (at < 1 || at > text.length - 3 || text.length > longestAddress) return null
  const local = text.slice(0, at)
  const isQuoted = /^"[^"\\]*"$/.test(local)
  if (/[\s<>]/.test(text) || /[;,:"()[\]']/.test(text.slice(at)) || (!isQuoted && /[;,:"()[\]@]/.test(local)))
    return null
  return text
}

/** An address as it may have been before somebody wrote it as xtext (RFC 3461, 4), such as `anna+2Bnews@icloud.com`. */
export function fromXtext(address: string): string {
  return address.replace(/\+([2-7][0-9A-F])/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
}

/** Comments stand in parentheses, which may be nested, and not within quotes (RFC 5322, 3.2.2). */
function withoutComments(text: string): string {
  let kept = ''
  let depth = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '\\') {
      if (depth === 0) kept += text.slice(at, at + 2)
      at++
    } else if (char === '"' && depth === 0) {
      isQuoted = !isQuoted
      kept += char
    } else if (char === '(' && !isQuoted) depth++
    else if (char === ')' && depth > 0) {
      if (--depth === 0) kept += ' '
    } else if (depth === 0) kept += char
  }
  return kept
}

function withoutDot(address: string): string {
  let end = address.length
  while (end > 0 && address.charAt(end - 1) === '.') end--
  return address.slice(0, end)
}
