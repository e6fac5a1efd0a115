import type { Rule } from '@icloud-delivery/rules'

/** Who takes part in the session that a reply belongs to. */
export interface Parties {
  recipient: string | null
  /** The envelope sender. Empty for the null sender. */
  sender: string | null
  /** The name given with EHLO or HELO. */
  helo: string | null
  /** The domain of the From header, once the message is there. */
  fromDomain: string | null
}

const address = /[^\s<>:@]{1,256}@[A-Za-z0-9.-]{1,255}/g

/**
 * Puts the real parties in the place of those that an example names. An address is the sender's where the rule's
 * fault is a sender's, else the recipient's. IP addresses stay as they are.
 */
export function fillIn(text: string, rule: Rule, parties: Parties): string {
  const named = rule.fault.startsWith('sender-') ? parties.sender : parties.recipient
  const fromDomain = parties.fromDomain ?? parties.sender?.split('@').at(-1)
  let filled = text
  // A function as the replacement: `$` is a letter of addresses.
  if (named) filled = filled.replace(address, () => named)
  if (fromDomain) filled = filled.replace(/[a-z0-9.-]{1,255}(?=(?:['’]s)? DMARC policy)/i, () => fromDomain)
  const helo = parties.helo
  if (helo !== null) filled = filled.replace(/<[^<>@]{1,255}>(?=: Helo command)/, () => `<${helo}>`)
  return filled
}
