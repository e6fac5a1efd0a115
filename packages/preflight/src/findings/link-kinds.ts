import type { Kind } from './kind.ts'

type LinkCode =
  | 'link-text-other-host'
  | 'link-ip-literal'
  | 'link-look-alike'
  | 'link-user-info'
  | 'link-scheme'
  | 'link-shortener'
  | 'link-free-hosting'
  | 'link-plain-http'
  | 'link-download'
  | 'link-hidden'
  | 'link-hosts-changed'
  | 'domain-young'
  | 'domain-age-unknown'

/** What filters may take amiss in links. */
export const linkKinds: Readonly<Record<LinkCode, Kind>> = {
  'link-text-other-host': {
    severity: 'warning',
    risks: ['policy-cs02'],
    title: 'The text of a link names another domain than it leads to',
    fix: 'Let text and target name the same domain, or let the text name no address; use a tracking host under your own domain',
  },
  'link-ip-literal': {
    severity: 'error',
    risks: ['policy-cs02', 'policy-cs03'],
    title: 'A link leads to a bare IP address',
    fix: 'Link to a host name of your domain',
  },
  'link-look-alike': {
    severity: 'error',
    risks: ['policy-cs02', 'policy-cs03'],
    title: 'A link leads to a domain that looks like another one',
    fix: 'Link to the real domain',
  },
  'link-user-info': {
    severity: 'error',
    risks: ['policy-cs02'],
    title: 'A link has a name before an @ in its address, which hides the host',
    fix: 'Take it out of the address',
  },
  'link-scheme': {
    severity: 'warning',
    risks: ['policy-cs03'],
    title: 'A link is neither web, mail nor phone',
    fix: 'Link to an https address',
  },
  'link-shortener': {
    severity: 'warning',
    risks: ['policy-cs03', 'spamhaus-dbl'],
    title: 'A link uses a public shortener',
    fix: 'Link to your own domain; shorten under a domain of yours if you must',
  },
  'link-free-hosting': {
    severity: 'warning',
    risks: ['policy-cs03', 'policy-hm07'],
    title: 'A link leads to free hosting or dynamic DNS, whose reputation is not yours',
    fix: 'Put the page on your own domain',
  },
  'link-plain-http': {
    severity: 'warning',
    risks: ['policy-cs03'],
    title: 'A link goes over plain HTTP',
    fix: 'Use https',
  },
  'link-download': {
    severity: 'warning',
    risks: ['policy-cs03'],
    title: 'A link leads straight to a program or archive',
    fix: 'Link to a page of yours that offers the download',
  },
  'link-hidden': {
    severity: 'warning',
    risks: ['policy-cs01'],
    title: 'A link is hidden from the reader',
    fix: 'Show it or take it out',
  },
  'link-hosts-changed': {
    severity: 'warning',
    risks: ['policy-cs03'],
    title: 'The message links to domains that the last one did not',
    fix: 'Make sure that you meant them: a changed shortener, CDN or a hacked template shows so',
  },
  'domain-young': {
    severity: 'warning',
    risks: ['policy-cs02', 'policy-hm07'],
    title: 'A domain is younger than 30 days',
    fix: 'Use an established domain, or begin with small volumes to engaged readers',
  },
  'domain-age-unknown': {
    severity: 'unknown',
    risks: [],
    title: 'The age of a domain could not be found out',
    fix: 'Try again',
  },
}
