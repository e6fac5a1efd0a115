import { found, type Finding } from '../../findings/finding.ts'
import type { MessageOptions } from '../message-options.ts'
import type { ParsedMessage } from '../parsed-message.ts'
import { wellKnownBrands } from './brands.ts'
import { checkBody } from './check-body.ts'
import { checkBulk } from './check-bulk.ts'
import { checkHostsChanged } from './check-hosts-changed.ts'
import { checkLinks } from './check-links.ts'
import { checkRequests } from './check-requests.ts'
import { checkSenderName } from './check-sender-name.ts'
import { checkTriggerWords } from './check-trigger-words.ts'
import { hostsOf, mostLinks, readLinks } from './link.ts'
import { readHtml } from './read-html.ts'

/** Characters of a part that are looked at. Gmail shows 102 kB, so no mail needs more. */
const mostHtml = 2_000_000
const mostText = 200_000

export interface ContentContext extends Pick<MessageOptions, 'brands' | 'previousLinkHosts'> {
  isBulk: boolean
  fromDomain: string | null
}

/** Words, links and layout. */
export function checkContent(
  message: ParsedMessage,
  { isBulk, fromDomain, brands: own = [], previousLinkHosts }: ContentContext,
): { findings: Finding[]; linkHosts: string[] } {
  const brands = [...own, ...wellKnownBrands]
  const html = readHtml(message.html.slice(0, mostHtml))
  const text = `${html.text.slice(0, mostText)}\n${message.text.slice(0, mostText)}`
  const links = readLinks(html.links, message.text.slice(0, mostText))
  const linkHosts = hostsOf(links)
  const findings = [
    ...checkSenderName(message.from, message.replyTo, brands),
    ...checkLinks(links, { fromDomain, brands }),
    ...checkHostsChanged(linkHosts, previousLinkHosts),
    ...checkRequests(`${message.subject.slice(0, 1000)}\n${text}`),
    ...checkTriggerWords(message.subject.slice(0, 1000), text),
    ...(message.html === '' ? [] : checkBody(html)),
    ...(isBulk ? checkBulk({ headers: message.headers, links, text }) : []),
  ]
  const isLong =
    message.html.length > mostHtml || message.text.length > mostText || html.text.length > mostText
  if (isLong || html.isCut || html.links.length > mostLinks)
    findings.push(
      found('content-not-checked', { where: 'text', evidence: 'it is longer or deeper than is looked at' }),
    )
  return { findings, linkHosts }
}
