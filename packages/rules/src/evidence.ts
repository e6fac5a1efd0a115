import type { Evidence } from './verdict.ts'
import { isHostChar } from './host-char.ts'
import { namedAddress } from './named-address.ts'
import { wrapperHost } from './wrapper-host.ts'

// Each repeats one class of characters a bounded number of times, so none can back-track badly; a test checks them.
const article = /support\.apple\.com\/(?:[a-z]{2}-[a-z]{2}\/)?(?:HT204137|102322)(?![0-9])/i
const blockUrl =
  /https?:\/\/(?:support\.proofpoint\.com|ipcheck\.proofpoint\.com|www\.spamhaus\.org|check\.spamhaus\.org)\/[^\s"'<>()]{1,200}/i
const spamhausList = /spamhaus (SBL|XBL|PBL|DBL)\b/i
const transaction = /\bTxn ID:? ([0-9a-z-]{8,64})/i
const addressToken = /[0-9a-f:.]{4,45}/gi

/** Every pattern of this file, for the test that looks for catastrophic back-tracking. */
export const evidencePatterns: readonly RegExp[] = [
  article,
  blockUrl,
  spamhausList,
  transaction,
  addressToken,
]

/** Whether the text quotes Apple's postmaster article, which no other provider does. */
export function isUnmistakable(text: string): boolean {
  return article.test(text)
}

/** The words that a keyword stands for, as the text has them. */
function wordsOf(text: string, keyword: string): string | null {
  const at = text.toLowerCase().indexOf(keyword)
  return at < 0 ? null : text.slice(at, at + Math.min(keyword.length, 200))
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
  const matched = keyword === null ? null : wordsOf(reply, keyword)
  if (matched !== null) evidence.matched = matched
  const link = blockUrl.exec(reply)?.[0]
  if (link !== undefined) evidence.url = link.replace(/[.,;]$/, '')
  const ip = firstIp(reply)
  if (ip !== null) evidence.ip = ip
  const list = spamhausList.exec(reply)?.[1]?.toUpperCase()
  if (list === 'SBL' || list === 'XBL' || list === 'PBL' || list === 'DBL') evidence.list = list
  const address = namedAddress(reply)
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
  while (start > 0 && end - start < 253 && isHostChar(reply.charCodeAt(start - 1))) start--
  const name = reply.slice(start, end)
  return name.includes('.') ? name : null
}

/** The first IP address of a reply: four decimal octets, or hexadecimal groups with `::` or all eight. */
function firstIp(reply: string): string | null {
  for (const [token] of reply.matchAll(addressToken)) {
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
