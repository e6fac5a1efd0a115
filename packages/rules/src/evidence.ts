import type { Evidence } from './verdict.ts'
import { isHostChar } from './host-char.ts'
import { namedAddress } from './named-address.ts'
import { placeOfWords } from './place-of-words.ts'
import { wrapperHost } from './wrapper-host.ts'

// Each repeats one class of characters a bounded number of times, so none can back-track badly; a test checks them.
const article = /support\.apple\.com\/(?:[a-z]{2}-[a-z]{2}\/)?(?:HT204137|102322)(?![0-9])/i
const blockUrl =
  /https?:\/\/(?:support\.proofpoint\.com|ipcheck\.proofpoint\.com|www\.spamhaus\.org|check\.spamhaus\.org)\/[^\s"'<>()]{1,200}/i
const spamhausList = /spamhaus (SBL|XBL|PBL|DBL)\b/i
const transaction = /\bTxn ID:? ([0-9a-z-]{8,64})/i
const addressToken = /[0-9a-f:.]{4,45}/gi
/** What stands before an address that the reply complains of; the answering host's own stands elsewhere. */
const beforeAddress = /(?:\bip[ =:/]|\bquery=|\bfrom )\[?$/i

/** Every pattern of this file, for the test that looks for catastrophic back-tracking. */
export const evidencePatterns: readonly RegExp[] = [
  article,
  blockUrl,
  spamhausList,
  transaction,
  addressToken,
  beforeAddress,
]

/** Whether the text quotes Apple's postmaster article, which no other provider does. */
export function isUnmistakable(text: string): boolean {
  return article.test(text)
}

/**
 * Reads the details out of a reply.
 *
 * @param whole - the text on one line, with its wrapper
 * @param reply - the reply alone, white space collapsed
 * @param keyword - the words that decided, lower case, or the tag in brackets; `null` if none did
 */
export function readEvidence(whole: string, reply: string, keyword: string | null): Evidence {
  const evidence: Evidence = {}
  const words = keyword === null ? -1 : placeOfWords(reply, keyword)
  if (keyword !== null && words >= 0) evidence.matched = reply.slice(words, words + keyword.length)
  const link = blockUrl.exec(reply)?.[0]
  if (link !== undefined) evidence.url = link.replace(/[.,;]$/, '')
  const ip = firstIp(reply)
  if (ip !== null) evidence.ip = ip
  const list = spamhausList.exec(reply)?.[1]?.toUpperCase()
  if (list === 'SBL' || list === 'XBL' || list === 'PBL' || list === 'DBL') evidence.list = list
  const address = namedAddress(reply, words)
  if (address !== null) evidence.address = address
  const domain =
    domainBefore(reply, 'dmarc policy') ??
    domainBefore(reply, '>: helo command rejected') ??
    senderDomain(reply, address)
  if (domain !== null) evidence.domain = domain.toLowerCase()
  const txn = transaction.exec(reply)?.[1]
  if (txn !== undefined) evidence.transactionId = txn
  const host = wrapperHost(whole)
  if (host !== null) evidence.host = host
  return evidence
}

/** The envelope domain, where the reply says that the sender is refused. */
function senderDomain(reply: string, address: string | null): string | null {
  if (address === null || !/sender address rejected|unauthorized sender/i.test(reply)) return null
  return address.slice(address.lastIndexOf('@') + 1)
}

/** The host or domain name that stands right before some words, without a possessive. */
function domainBefore(reply: string, words: string): string | null {
  let end = reply.toLowerCase().indexOf(words)
  if (end < 0) return null
  if (reply[end - 1] === ' ') end--
  if (/['’‘]s$/i.test(reply.slice(Math.max(0, end - 2), end))) end -= 2
  let start = end
  while (start > 0 && end - start < 253 && isNameChar(reply.charCodeAt(start - 1))) start--
  const name = reply.slice(start, end)
  return name.includes('.') ? name : null
}

/** As {@link isHostChar}, and the letters of an internationalised name. */
function isNameChar(char: number): boolean {
  return isHostChar(char) || (char > 0xbf && (char < 0x2000 || char > 0x206f))
}

/** The first IP address that a reply complains of: four decimal octets, or hexadecimal groups with `::` or all eight. */
function firstIp(reply: string): string | null {
  for (const { 0: token, index } of reply.matchAll(addressToken)) {
    if (!beforeAddress.test(reply.slice(Math.max(0, index - 8), index))) continue
    const bare = token.replace(/^[.:]|[.:]$/g, '')
    const octets = bare.split('.')
    if (octets.length === 4 && octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) <= 255))
      return bare
    const groups = token.replace(/\.$/, '').split(':')
    const isIp6 = groups.length === 8 || (groups.length >= 3 && token.includes('::'))
    if (isIp6 && groups.every((group) => /^[0-9a-f]{0,4}$/i.test(group))) return token.replace(/\.$/, '')
  }
  return null
}
