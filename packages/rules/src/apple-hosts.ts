import { endsWith } from './ends-with.ts'

const privateRelay = ['privaterelay.appleid.com', 'private.icloud.com']
const domains = ['icloud.com', 'me.com', 'mac.com', ...privateRelay]

/*
 * MX names by era: mx01 and mx02.mail.icloud.com since 2020, mx1 to mx6.mail.icloud.com before, *.me.com and
 * mx2.me.com.akadns.net up to 2018, smtp-mx1.mac.com earlier; smtp1 to smtp4.privaterelay.appleid.com for the relay.
 */
const mxSuffixes = [
  '.mail.icloud.com',
  '.me.com',
  '.mac.com',
  '.me.com.akadns.net',
  '.privaterelay.appleid.com',
  '.private.icloud.com',
]

const submissionOrOutbound = /^(?:p\d{2}-)?(?:smtp|imap)\.mail\.|asmtp/i

function isOrIsBelow(name: string, base: string): boolean {
  if (!endsWith(name, base)) return false
  const last = name.charCodeAt(name.length - 1) === 0x2e ? name.length - 1 : name.length
  const before = last - base.length - 1
  return before < 0 || name.charCodeAt(before) === 0x2e
}

/**
 * Whether mail to this domain is Apple's by its name alone: icloud.com, me.com, mac.com and the private-relay
 * domains, or a subdomain of one. Custom domains at iCloud are known by their MX: see {@link isAppleMx}.
 *
 * Hide My Email addresses of iCloud+ end in icloud.com and cannot be told from others
 * (developer.apple.com/news/?id=1ptvdtcm).
 *
 * @param domain - a domain name, any case, with or without the final dot; not an address
 */
export function isAppleDomain(domain: string): boolean {
  for (const base of domains) if (isOrIsBelow(domain, base)) return true
  return false
}

/**
 * Whether mail to this domain goes through Apple's private relay, which takes mail from registered senders only
 * (Sign in with Apple). Hide My Email addresses that end in icloud.com cannot be told from others, and need no
 * registration.
 *
 * @param domain - a domain name, any case, with or without the final dot; not an address
 */
export function isPrivateRelayDomain(domain: string): boolean {
  for (const base of privateRelay) if (isOrIsBelow(domain, base)) return true
  return false
}

/**
 * Whether this host receives mail for Apple's users, by a suffix match on label boundaries. Apple's submission servers
 * (`smtp.mail.me.com`) and outbound servers (`*asmtp*.me.com`) are no MX: what they say is about other people's mail.
 *
 * @param host - the name of an MX or of an answering host, any case, with or without the final dot
 */
export function isAppleMx(host: string): boolean {
  for (const suffix of mxSuffixes) {
    if (host.length <= suffix.length || !endsWith(host, suffix)) continue
    // Today's MX hosts, mx01 and mx02, need no further look.
    return (
      ((host.charCodeAt(0) | 0x20) === 0x6d && (host.charCodeAt(1) | 0x20) === 0x78) ||
      !submissionOrOutbound.test(host)
    )
  }
  return false
}

/** Names of Apple's newer servers without a domain, as Microsoft 365 reports them: `p00-iscream-smtp-7b95d6f6c9-64bmv`. */
export function isUndottedAppleHost(host: string): boolean {
  return /^p\d{2}-iscream-[a-z0-9-]{1,60}$/i.test(host)
}
