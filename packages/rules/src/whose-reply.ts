import type { ReplyContext } from './verdict.ts'
import type { WordingMatch } from './wordings.ts'
import type { FoundReply } from './find-reply.ts'
import { isAppleDomain, isAppleMx, isUndottedAppleHost } from './apple-hosts.ts'
import { isUnmistakable } from './evidence.ts'
import { placeOfWords } from './place-of-words.ts'
import { namedAddress } from './named-address.ts'

/**
 * Whose reply it is, and how we know.
 *
 * - `apple-…`: by the answering host, the host that the wrapper names, the recipient's domain, or the text alone
 * - `other-…`: the same, and it is not Apple
 * - `undecided`: nothing is known
 */
export type Origin =
  | 'apple-host'
  | 'apple-wrapper'
  | 'apple-recipient'
  | 'apple-text'
  | 'other-host'
  | 'other-wrapper'
  | 'other-recipient'
  | 'undecided'

/** What the scan of the text said, as far as it matters here. */
export interface TextSigns {
  best: WordingMatch | null
  appleSite: boolean
  /** The answering host, as the wrapper names it. */
  host: string | null
}

/** What the answering host says by itself; `undecided` where it is not known. */
export function originByHost(context: ReplyContext): 'apple-host' | 'other-host' | 'undecided' {
  const mx = context.mx
  if (typeof mx !== 'string' || mx === '') return 'undecided'
  if (isAppleMx(mx)) return 'apple-host'
  return isUndottedAppleHost(mx) ? 'undecided' : 'other-host'
}

/** Whether a name of Apple's could be in the text: a cheap look before the dear ones. Never misses one. */
export function mayNameApple(text: string): boolean {
  for (let dot = text.indexOf('.', 2); dot >= 0; dot = text.indexOf('.', dot + 1)) {
    if ((text.charCodeAt(dot + 1) | 0x20) !== 0x63 || (text.charCodeAt(dot + 2) | 0x20) !== 0x6f) continue
    const last = text.charCodeAt(dot - 1) | 0x20
    const first = text.charCodeAt(dot - 2) | 0x20
    if (last === 0x64) {
      // icloUD.com, appleID.com
      if (first === 0x75 || first === 0x69) return true
    } else if (last === 0x65) {
      // ME.com, apPLE.com
      if (first === 0x6d || (first === 0x6c && (text.charCodeAt(dot - 3) | 0x20) === 0x70)) return true
    } else if (last === 0x63 && first === 0x61) {
      // mAC.com
      return true
    }
  }
  return false
}

/** Whether the wrapper names an Apple host, another host, or none. */
export function originByWrapper(host: string | null): 'apple-wrapper' | 'other-wrapper' | 'undecided' {
  if (host === null || isUndottedAppleHost(host)) return 'undecided'
  return isAppleMx(host) ? 'apple-wrapper' : 'other-wrapper'
}

/** Whether the recipient's domain is Apple's by name. `null`: no recipient is known. */
export function recipientIsApple(recipient: string | null | undefined): boolean | null {
  if (typeof recipient !== 'string') return null
  const at = recipient.lastIndexOf('@')
  if (at < 0) return null
  const end = recipient.charCodeAt(recipient.length - 1) === 0x3e ? recipient.length - 1 : recipient.length
  return isAppleDomain(recipient.slice(at + 1, end))
}

/**
 * Decides where no answering host is known: by the wrapper, then by the recipient's domain, then by the text.
 *
 * @param text - the whole text on one line, wrapper included
 * @param found - the reply in it: an address in front of it may be the sender's
 * @param byRecipient - what {@link recipientIsApple} says
 */
export function originWithoutHost(
  text: string,
  found: FoundReply,
  signs: TextSigns,
  byRecipient: boolean | null,
): Origin {
  const byWrapper = originByWrapper(signs.host)
  if (byWrapper !== 'undecided') return byWrapper
  if (byRecipient === true) return 'apple-recipient'
  // Apple's words about a recipient never quote the article, so there it proves nothing.
  const isAboutRecipient = signs.best?.rule.fault === 'recipient' && found.tag === null
  const known = signs.best !== null || found.tag !== null
  if (known && !isAboutRecipient && signs.appleSite && isUnmistakable(text)) return 'apple-text'
  if (byRecipient === false) return 'other-recipient'
  // Without a recipient from the caller, the one that the reply names serves; not for words that any relay of ours says.
  if (signs.best !== null && isAboutRecipient) {
    const reply = text.slice(found.start)
    const address = namedAddress(reply, placeOfWords(reply, signs.best.keyword))
    if (address !== null && recipientIsApple(address) === true) return 'apple-recipient'
  }
  return 'undecided'
}
