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
export function skeleton(name: string): string {
  return Array.from(name.toLowerCase(), (letter) => plainLetter.get(letter) ?? letter)
    .join('')
    .replace(/rn/g, 'm')
    .replace(/vv/g, 'w')
    .replace(/l/g, 'i')
    .replace(/-/g, '')
}

/**
 * Which of the known domains this host can be mistaken for, or why it looks wrong by itself; `null` if it does not.
 *
 * @param known registered domains
 */
export function lookAlike(host: string, known: readonly string[]): string | null {
  const own = organisation(host)
  const shownHost = domainToUnicode(host)
  if (shownHost.split('.').some(mixesScripts)) return 'it mixes letters of several scripts'
  const name = nameOf(organisation(shownHost))
  for (const real of known) {
    const realName = nameOf(real)
    if (own === real) continue
    if (host.startsWith(`${real}.`) || host.includes(`.${real}.`)) return `it holds ${real} and is not`
    if (name === realName || realName.length < 4) continue
    if (skeleton(name) === skeleton(realName)) return `it looks like ${real}`
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
