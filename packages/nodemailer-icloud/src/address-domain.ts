/** The domain of an address in lower case without a closing dot; empty if there is none. */
export function addressDomain(address: string): string {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase()
  if (domain.length === address.length) return ''
  return domain.endsWith('.') ? domain.slice(0, -1) : domain
}
