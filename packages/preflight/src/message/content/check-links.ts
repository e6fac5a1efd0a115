import { isIP } from 'node:net'
import { parse } from 'tldts'
import { found, type Finding } from '../../findings/finding.ts'
import type { FindingCode } from '../../findings/kinds.ts'
import { listed, shown } from '../../findings/shown.ts'
import { isSameOrganisation, organisation } from '../../organisation.ts'
import type { Brand } from './brands.ts'
import { entryOf, freeHosting, shorteners } from './known-hosts.ts'
import type { Link } from './link.ts'
import { knownNames, lookAlike, type KnownName } from './look-alike.ts'

export interface LinkContext {
  fromDomain: string | null
  brands: readonly Brand[]
}

/** Everything about where links lead. One finding for each code, however many links it is about. */
export function checkLinks(links: readonly Link[], { fromDomain, brands }: LinkContext): Finding[] {
  const known = knownNames([
    ...(fromDomain === null ? [] : [organisation(fromDomain)]),
    ...brands.flatMap(({ domains }) => domains),
  ])
  const sightings = new Map<FindingCode, string[]>()
  const see = (code: FindingCode, evidence: string): void => {
    const seen = sightings.get(code)
    if (seen === undefined) sightings.set(code, [evidence])
    else seen.push(evidence)
  }
  const hosts = new Set<string>()
  for (const link of links) {
    checkOne(link, see)
    if (link.host !== '' && !hosts.has(link.host)) {
      hosts.add(link.host)
      checkHost(link.host, { known, fromDomain }, see)
    }
  }
  return Array.from(sightings, ([code, evidence]) =>
    found(code, { where: 'links', evidence: listed(evidence) }),
  )
}

type See = (code: FindingCode, evidence: string) => void

function checkOne(link: Link, see: See): void {
  const { url, host, href } = link
  if (url === null) return
  const short = shown(href, 100)
  if (!/^(?:https?|mailto|tel|sms|cid|webcal|facetime|maps?):$/.test(url.protocol)) see('link-scheme', short)
  if (host === '') return
  const named = namedHost(link.text)
  if (named !== null && !isSameOrganisation(named, host))
    see('link-text-other-host', `"${shown(link.text, 60)}" leads to ${host}`)
  if (url.protocol === 'http:') see('link-plain-http', host)
  if (url.username !== '' || url.password !== '') see('link-user-info', short)
  if (link.isHidden && link.text !== '') see('link-hidden', host)
  if (/\.(?:exe|msi|scr|bat|cmd|com|ps1|vbs|js|jar|apk|dmg|pkg|iso|zip|rar|7z)$/i.test(url.pathname))
    see('link-download', `${host}${shown(url.pathname, 60)}`)
}

function checkHost(
  host: string,
  { known, fromDomain }: { known: readonly KnownName[]; fromDomain: string | null },
  see: See,
): void {
  if (isIP(host.replace(/^\[|\]$/g, '')) !== 0) {
    see('link-ip-literal', host)
    return
  }
  const shortener = entryOf(host, shorteners)
  if (shortener !== null) see('link-shortener', host)
  const isOwn = fromDomain !== null && isSameOrganisation(host, fromDomain)
  if (!isOwn && (entryOf(host, freeHosting) !== null || isSharedSuffix(host))) see('link-free-hosting', host)
  const why = lookAlike(host, known)
  if (why !== null) see('link-look-alike', `${host}: ${why}`)
}

/** Under a suffix that a company rents out name by name, such as github.io, as the Public Suffix List knows them. */
function isSharedSuffix(host: string): boolean {
  return parse(host, { allowPrivateDomains: true }).isPrivate === true
}

/** The host that the text of a link names, if it looks like an address. */
function namedHost(text: string): string | null {
  const [, host] =
    /^(?:https?:\/\/)?((?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}{2,})(?:[/:?#]\S*)?$/iu.exec(
      text.slice(0, 300).trim(),
    ) ?? []
  if (host === undefined) return null
  const { isIcann, hostname } = parse(host)
  // "Read on.now" or "file.pdf" are no hosts: only what ends as the registries' names do, or has a scheme.
  return isIcann === true || /^https?:/i.test(text.trim()) ? hostname : null
}
