import { isHostChar } from './host-char.ts'
import { phraseScanner } from './phrase-scanner.ts'

/** A form in which mail software names the host that answered. */
interface Form {
  /** Lower-case words next to the host's name. */
  anchor: string
  side: 'after' | 'before'
  /** `[` must follow the name, `<` must stand before it, or with `.` the name must have a dot. */
  proof?: '[' | '<' | '.'
  /** The name is in parentheses, behind an IP address. */
  parentheses?: true
}

const forms: readonly Form[] = [
  // Postfix: "host mx01.mail.icloud.com[192.0.2.1] said:"; Exim: "host mx01.mail.icloud.com [192.0.2.1]"
  { anchor: 'host ', side: 'after', proof: '[' },
  // Postfix log: "relay=mx01.mail.icloud.com[192.0.2.1]:25"
  { anchor: 'relay=', side: 'after', proof: '[' },
  // Exim log: " H=mx01.mail.icloud.com [192.0.2.1]"
  { anchor: ' h=', side: 'after', proof: '[' },
  // OpenSMTPD: `relay="192.0.2.1 (mx01.mail.icloud.com)"`
  { anchor: 'relay="', side: 'after', parentheses: true },
  // KumoMTA and Mailgun, in JSON
  { anchor: '"peer_address":{"name":', side: 'after' },
  { anchor: '"mx-host":', side: 'after' },
  // RFC 3464, 2.3.5
  { anchor: 'remote-mta: dns;', side: 'after' },
  { anchor: 'remote-mta:dns;', side: 'after' },
  // Microsoft 365
  { anchor: 'receiving server:', side: 'after' },
  { anchor: ' gave this error:', side: 'before' },
  // Exchange: "<mx01.mail.icloud.com #5.1.1 smtp; 550 5.1.1 ...>"
  { anchor: ' #5.', side: 'before', proof: '<' },
  { anchor: ' #4.', side: 'before', proof: '<' },
  // Haraka, Sendmail, and libraries
  { anchor: 'remote host ', side: 'after', proof: '.' },
  { anchor: 'while talking to ', side: 'after' },
  { anchor: ' said:', side: 'before', proof: '.' },
  { anchor: ' responded:', side: 'before', proof: '.' },
  { anchor: ' replied:', side: 'before', proof: '.' },
]

const LONGEST_NAME = 255

/** Words that stand beside the answering host's name; {@link hostBeside} takes their index here. */
export const wrapperAnchors: readonly string[] = forms.map((form) => form.anchor)

const scanner = phraseScanner(wrapperAnchors)

/** The host that a wrapper names at one place. */
export interface NamedHost {
  name: string
  /** Where the words beside it begin. */
  place: number
}

/**
 * The host whose reply a text quotes, as the wrapper names it; the innermost where wrappers are nested.
 *
 * @param text - on one line, at most 8 KiB
 */
export function wrapperHost(text: string): string | null {
  let host: NamedHost | null = null
  const pass = scanner.scan(text, 0)
  for (let anchor = pass.next(); anchor >= 0; anchor = pass.next()) {
    host = innermost(host, hostBeside(text, anchor, pass.end))
  }
  return host?.name ?? null
}

/** The one that stands further behind: wrappers come before what they quote. */
export function innermost(one: NamedHost | null, other: NamedHost | null): NamedHost | null {
  if (one === null || other === null) return one ?? other
  return other.place > one.place ? other : one
}

/**
 * The host named beside an anchor that a scan has found.
 *
 * @param anchor - index in {@link wrapperAnchors}
 * @param end - index behind it in the text
 */
export function hostBeside(text: string, anchor: number, end: number): NamedHost | null {
  const form = forms[anchor]!
  const place = placeOf(form.anchor, text, end)
  const name = place < 0 ? null : nameAt(text, place, end, form)
  return name === null ? null : { name, place }
}

/** Where an anchor that ends at `end` begins. Scans take digits and most marks for one another: -1 if it is another. */
function placeOf(anchor: string, text: string, end: number): number {
  let at = end
  for (let i = anchor.length - 1; i >= 0; i--) {
    const expected = anchor.charCodeAt(i)
    let char = text.charCodeAt(at - 1)
    if (expected === 0x20 && isSpace(char)) {
      while (isSpace(text.charCodeAt(at - 1))) at--
      continue
    }
    if (char >= 0x41 && char <= 0x5a) char |= 0x20
    if (char !== expected) return -1
    at--
  }
  return at
}

function isSpace(char: number): boolean {
  return char === 0x20 || (char >= 0x09 && char <= 0x0d) || char === 0xa0
}

function nameAt(text: string, place: number, behind: number, form: Form): string | null {
  let start = place
  let end = place
  if (form.side === 'before') {
    while (start > 0 && place - start < LONGEST_NAME && isHostChar(text.charCodeAt(start - 1))) start--
  } else {
    start = form.parentheses ? text.indexOf('(', behind) + 1 : behind
    if (start === 0 || start - place > LONGEST_NAME) return null
    while (isSpace(text.charCodeAt(start)) || text[start] === '"') start++
    end = start
    while (end - start < LONGEST_NAME && isHostChar(text.charCodeAt(end))) end++
  }
  const name = text.slice(start, text[end - 1] === '.' ? end - 1 : end)
  if (!/[a-z]/i.test(name)) return null
  if (form.proof === '<' && text[start - 1] !== '<') return null
  if (form.proof === '.' && !name.includes('.')) return null
  if (form.proof === '[' && !isBracketBehind(text, end)) return null
  return name
}

/** `host mx.example.com[192.0.2.1]`, with or without a space. */
function isBracketBehind(text: string, end: number): boolean {
  let at = end
  while (isSpace(text.charCodeAt(at))) at++
  return text[at] === '['
}
