import { domainToUnicode } from 'node:url'
import { parse } from 'tldts'
import { organisation } from '../../organisation.ts'

/** Letters of other scripts that look like these, and digits that are taken for them. From Unicode’s confusables, the part that is used. */
const likeness: Record<string, string> = {
  a: 'аɑαàáâãäåā',
  b: 'Ьв',
  c: 'сϲçćč',
  d: 'ԁɗ',
  e: 'еєҽèéêëēė',
  f: 'ƒ',
  g: 'ɡġğ',
  h: 'һн',
  i: 'іıɩìíîïīі1',
  j: 'јϳ',
  k: 'кκ',
  l: 'ӏł',
  m: 'мṃ',
  n: 'ոпñńη',
  o: 'оοօ0òóôõöøō',
  p: 'рρ',
  q: 'ԛ',
  r: 'гŕ',
  s: 'ѕśšş5',
  t: 'тτţ',
  u: 'υսùúûüū',
  v: 'νѵ',
  w: 'ԝшω',
  x: 'хχ',
  y: 'уүýÿγ',
  z: 'ᴢźżž',
}
const plainLetter = new Map(
  Object.entries(likeness).flatMap(([plain, others]) =>
    Array.from(others, (other) => [other, plain] as const),
  ),
)

/** What a hasty reader takes a name for: look-alikes as plain letters, `rn` as `m`, `l` as `i`. */
function skeleton(name: string): string {
  return Array.from(name.toLowerCase(), (letter) => plainLetter.get(letter) ?? letter)
    .join('')
    .replace(/rn/g, 'm')
    .replace(/vv/g, 'w')
    .replace(/l/g, 'i')
    .replace(/-/g, '')
}

/** A domain that others may try to look like. */
export interface KnownName {
  domain: string
  /** Without its suffix, and as a hasty reader sees it. */
  name: string
  skeleton: string
}

/** @param domains registered domains */
export function knownNames(domains: readonly string[]): KnownName[] {
  return domains.map((domain) => {
    const name = nameOf(domain)
    return { domain, name, skeleton: skeleton(name) }
  })
}

/**
 * Which of the known domains this host can be mistaken for, or why it looks wrong by itself; `null` if it does not.
 */
export function lookAlike(host: string, known: readonly KnownName[]): string | null {
  const own = organisation(host)
  const shownHost = domainToUnicode(host)
  if (shownHost.split('.').some(mixesScripts)) return 'it mixes letters of several scripts'
  const name = nameOf(organisation(shownHost))
  const seenAs = skeleton(name)
  for (const real of known) {
    if (own === real.domain) continue
    if (host.startsWith(`${real.domain}.`) || host.includes(`.${real.domain}.`))
      return `it holds ${real.domain} and is not`
    // A short name is near to too many others.
    if (name !== real.name && real.name.length >= 4 && seenAs === real.skeleton)
      return `it looks like ${real.domain}`
  }
  return null
}

function nameOf(domain: string): string {
  return parse(domain, { allowPrivateDomains: true }).domainWithoutSuffix ?? domain
}

function mixesScripts(label: string): boolean {
  const scripts = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Armenian}/u]
  return scripts.filter((script) => script.test(label)).length > 1
}
