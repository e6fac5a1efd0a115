import { classify, isAppleDomain, isAppleMx } from '@icloud-delivery/rules'

/** Whether a host is Apple's; the recipient tells for names without a domain, as Microsoft 365 reports them. */
export function isApplesHost(host: string, recipient: string): boolean {
  return isAppleMx(host) || classify('550 refused', { mx: host, recipient }).provider === 'apple'
}

/** Whether a domain is Apple's by its name. Custom domains at Apple are known by their MX only. */
export function isAtApple(recipient: string): boolean {
  const at = recipient.lastIndexOf('@')
  return at >= 0 && isAppleDomain(recipient.slice(at + 1).replace(/>$/, ''))
}
