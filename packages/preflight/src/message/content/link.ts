import type { HtmlLink } from './read-html.ts'

export interface Link {
  href: string
  /** `null` if it leads nowhere in the web: relative, a template’s placeholder, or no address at all. */
  url: URL | null
  /** Lower case, as DNS asks for it; empty without one. */
  host: string
  text: string
  isHidden: boolean
}

/** More than any mail has; the rest is not looked at. */
export const mostLinks = 2000

export function readLinks(html: readonly HtmlLink[], text: string): Link[] {
  const links = html.slice(0, mostLinks).map((link) => linkOf(link.href, link.text, link.isHidden))
  const room = mostLinks - links.length
  for (const [found] of text.matchAll(/\bhttps?:\/\/[^\s<>"'()[\]]{1,2000}/gi)) {
    if (links.length >= html.length + room) break
    links.push(linkOf(found.replace(/[.,;:!?]+$/, ''), '', false))
  }
  return links
}

function linkOf(href: string, text: string, isHidden: boolean): Link {
  const url = URL.parse(href.trim())
  const host = url !== null && /^https?:$/.test(url.protocol) ? url.hostname.replace(/\.$/, '') : ''
  return { href, url, host, text, isHidden }
}

/** The hosts that the message links to, each once, in alphabetical order. */
export function hostsOf(links: readonly Link[]): string[] {
  return [...new Set(links.map(({ host }) => host).filter((host) => host !== ''))].toSorted()
}
