import { isPrivateRelayDomain } from '@icloud-delivery/rules'

/** The longest address that SMTP allows is 254 characters (RFC 5321, 4.5.3.1.3); this leaves room for odd ones. */
const longest = 320

/** A local part in quotes that needs none: it is the one without them (RFC 5321, 4.1.2). */
const needlessQuotes = /^"([a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*)"(?=@[^@]*$)/i

/**
 * The form under which an address is remembered: lower case, without angle brackets, quotes that it does not need, and a dot at its
 * end. `null` if it is no address that could be remembered: no `@`, white space, control characters or more than 320 characters.
 */
export function foldAddress(address: string): string | null {
  if (address.length > longest + 2) return null
  let text = address.trim()
  if (text.startsWith('<') && text.endsWith('>')) text = text.slice(1, -1)
  if (text.endsWith('.')) text = text.slice(0, -1)
  if (text.startsWith('"')) text = text.replace(needlessQuotes, '$1')
  const at = text.lastIndexOf('@')
  if (at < 1 || at === text.length - 1 || text.length > longest) return null
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code <= 0x20 || code === 0x7f) return null
  }
  return text.toLowerCase()
}

/** The domain of an address in lower case; `null` for the null sender and for what is no address. */
export function domainOf(address: string): string | null {
  const folded = foldAddress(address)
  return folded === null ? null : folded.slice(folded.lastIndexOf('@') + 1)
}

/** Domains that are three names of one mailbox for everybody who had it before 2012. */
const sameDomains = ['@me.com', '@mac.com']

/** What an address is remembered under; `null` if it is none. The same for all that an engine does. */
export type MailboxOf = (address: string) => string | null

/** Whether an address, as the host wrote it, is one of Apple's private relay. */
export function isAtPrivateRelay(recipient: string): boolean {
  // This is asked for every recipient: nearly all are told apart by the first look.
  return /private/i.test(recipient) && isPrivateRelayDomain(domainOf(recipient) ?? '')
}

/**
 * As {@link foldAddress}; with `sameMailbox` an address at me.com or mac.com is the one at icloud.com.
 */
export function foldMailbox(address: string, sameMailbox: boolean): string | null {
  const folded = foldAddress(address)
  if (folded === null || !sameMailbox) return folded
  const domain = sameDomains.find((each) => folded.endsWith(each))
  return domain === undefined ? folded : `${folded.slice(0, -domain.length)}@icloud.com`
}

/**
 * Whether a reply that names `named` may be about another mailbox than `recipient`. Some replies name the local part only.
 */
export function isOtherMailbox(named: string | undefined, recipient: string, sameMailbox: boolean): boolean {
  if (named === undefined || named === '') return false
  const bare = named.toLowerCase().replace(/^<|>$/g, '')
  const own = foldMailbox(recipient, sameMailbox) ?? ''
  return bare.includes('@')
    ? foldMailbox(bare, sameMailbox) !== own
    : bare !== own.slice(0, own.lastIndexOf('@'))
}
