import { parse } from 'tldts'

/** The registered domain, as DMARC aligns by it: `example.co.uk` of `news.example.co.uk`. The host itself if there is none. */
export function organisation(host: string): string {
  const { domain } = parse(host, { allowPrivateDomains: true })
  return domain ?? host
}

export function isSameOrganisation(a: string, b: string): boolean {
  return organisation(a) === organisation(b)
}
