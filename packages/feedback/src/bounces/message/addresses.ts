const longestAddress = 320
const mostAddresses = 50

/** The first address in a piece of text such as `rfc822; anna@icloud.com`, without brackets; `null` if there is none. */
export function addressIn(text: string): string | null {
  return addressesIn(text)[0] ?? null
}

/** All addresses in a piece of text, 50 at most. No parser: what is no address fits no return path and names nobody. */
export function addressesIn(text: string): string[] {
  const found = new Set<string>()
  for (const word of text.slice(0, 20_000).split(/[\s<>;,:"'()[\]]+/)) {
    const at = word.lastIndexOf('@')
    if (at < 1 || at > word.length - 3 || word.length > longestAddress) continue
    found.add(word.replace(/\.+$/, ''))
    if (found.size >= mostAddresses) break
  }
  return [...found]
}
