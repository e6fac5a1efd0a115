import { isHostChar } from './host-char.ts'

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

const unevenSpace = /\s\s|[^\S ]/
const LONGEST_NAME = 255
/** No text nests that many wrappers; remote text must not make us look for more. */
const MOST_PLACES = 64

/** Words that show that a text may name the answering host, for a quick look before {@link wrapperHost}. */
export const wrapperAnchors: readonly string[] = forms.map((form) => form.anchor)

/**
 * The host whose reply a text quotes, as the wrapper names it; the innermost where wrappers are nested.
 *
 * @param whole - on one line, at most 8 KiB
 */
export function wrapperHost(whole: string): string | null {
  const text = unevenSpace.test(whole) ? whole.replace(/\s+/g, ' ') : whole
  const lower = text.toLowerCase()
  let host: string | null = null
  let innermost = -1
  for (const form of forms) {
    let place = lower.indexOf(form.anchor)
    for (let places = 0; place >= 0 && places < MOST_PLACES; places++) {
      const name = place > innermost ? nameAt(text, place, form) : null
      if (name !== null) {
        host = name
        innermost = place
      }
      place = lower.indexOf(form.anchor, place + 1)
    }
  }
  return host
}

function nameAt(text: string, place: number, form: Form): string | null {
  let start = place
  let end = place
  if (form.side === 'before') {
    while (start > 0 && place - start < LONGEST_NAME && isHostChar(text.charCodeAt(start - 1))) start--
  } else {
    start = place + form.anchor.length
    if (form.parentheses) start = text.indexOf('(', start) + 1
    if (start === 0 || start - place > LONGEST_NAME) return null
    while (text[start] === ' ' || text[start] === '"') start++
    end = start
    while (end - start < LONGEST_NAME && isHostChar(text.charCodeAt(end))) end++
  }
  const name = text.slice(start, end).replace(/\.$/, '')
  if (!/[a-z]/i.test(name)) return null
  if (form.proof === '<' && text[start - 1] !== '<') return null
  if (form.proof === '.' && !name.includes('.')) return null
  if (form.proof === '[' && text[end] !== '[' && text.slice(end, end + 2) !== ' [') return null
  return name
}
