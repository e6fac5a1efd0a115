import { enhancedOf, type FoundReply } from './find-reply.ts'
import type { Rule } from './rule.ts'
import type { ReplyContext } from './verdict.ts'
import type { Confidence, Disposition } from './vocabulary.ts'
import { namedAddress } from './named-address.ts'
import { placeOfWords } from './place-of-words.ts'
import { rules } from './table/index.ts'
import { ruleForTag, type WordingMatch } from './wordings.ts'

/** The rule for a reply, with what this very reply changes about it. */
export interface RuleChoice {
  rule: Rule
  disposition: Disposition
  confidence: Confidence
  /** The deciding words, lower case, or the tag in brackets. `null` for the fall-backs. */
  keyword: string | null
}

function ruleById(id: string): Rule {
  const rule = rules.find((each) => each.id === id)
  if (rule === undefined) throw new Error(`no rule ${id} in the table`)
  return rule
}

const unknownTemporary = ruleById('unknown-temporary')
const unknownPermanent = ruleById('unknown-permanent')
const localPolicy = ruleById('local-policy')

/** Whether the reply is a permanent one, by its basic code, else by its enhanced code. `null`: it has neither. */
export function isPermanent(whole: string, found: FoundReply): boolean | null {
  if (found.code !== null) return found.code >= 500
  return found.enhancedLength === 0 ? null : whole[found.enhancedAt] === '5'
}

function fallback(permanent: boolean | null, isBareUserUnknown: boolean): RuleChoice {
  const rule = permanent === true ? unknownPermanent : unknownTemporary
  const disposition = isBareUserUnknown ? 'soft-bounce' : rule.disposition
  return { rule, disposition, confidence: 'low', keyword: null }
}

/** An address as it is compared: without brackets, lower case. */
function bareAddress(address: string | null | undefined): string {
  if (typeof address !== 'string') return ''
  return (address.startsWith('<') && address.endsWith('>') ? address.slice(1, -1) : address).toLowerCase()
}

/** Whether this reply cannot be about the recipient, whatever its words. */
function isAboutSender(
  whole: string,
  found: FoundReply,
  keyword: string | null,
  context: ReplyContext,
): boolean {
  const { phase } = context
  if (phase === 'connect' || phase === 'helo' || phase === 'mail') return true
  const sender = bareAddress(context.sender)
  if (sender === '' || sender === bareAddress(context.recipient)) return false
  const reply = whole.slice(found.start)
  const address = namedAddress(reply, keyword === null ? -1 : placeOfWords(reply, keyword))
  return address !== null && address.toLowerCase() === sender
}

/** An enhanced code of the class 4. */
export const temporaryCode: RegExp = /(?:^|[^0-9.])4\.\d{1,3}\.\d{1,3}(?![0-9.])/

/** Whether the words are those of a temporary reply that a relay quotes when it gives up: `550 4.4.7 Message expired`. */
function quotesTemporary(whole: string, found: FoundReply, keyword: string | null): boolean {
  if (!whole.includes('4.', found.start)) return false
  const reply = whole.slice(found.start)
  const words = keyword === null ? -1 : placeOfWords(reply, keyword)
  return temporaryCode.test(words < 0 ? reply : reply.slice(0, words))
}

/** Chooses the rule: a known tag, then the words, then an unknown tag, then the fall-backs. */
export function decideRule(
  found: FoundReply,
  words: WordingMatch | null,
  isApple: boolean,
  whole: string,
  context: ReplyContext,
): RuleChoice {
  const permanent = isPermanent(whole, found)
  const tagged = isApple && found.tag !== null ? ruleForTag(found.tag) : undefined
  let choice: RuleChoice
  if (tagged !== undefined) {
    choice = {
      rule: tagged,
      disposition: tagged.disposition,
      confidence: tagged.confidence,
      keyword: `[${found.tag!.toLowerCase()}]`,
    }
  } else if (words !== null) {
    const { rule, confidence, keyword } = words
    choice = { rule, disposition: rule.disposition, confidence, keyword }
  } else if (isApple && found.tag !== null && permanent === true) {
    choice = {
      rule: localPolicy,
      disposition: localPolicy.disposition,
      confidence: 'low',
      keyword: `[${found.tag.toLowerCase()}]`,
    }
  } else {
    const bare =
      permanent === true &&
      enhancedOf(whole, found) === '5.1.1' &&
      !isAboutSender(whole, found, null, context)
    return fallback(permanent, bare)
  }

  const { rule } = choice
  if (rule.fault === 'recipient' && isAboutSender(whole, found, choice.keyword, context))
    return fallback(permanent, false)
  if (rule.codes.length > 0 && found.code !== null && !rule.codes.includes(found.code)) {
    // The words are known, but were never seen with this number.
    if (choice.confidence === 'high')
      choice.confidence = rule.codes[0]! >= 500 === found.code >= 500 ? 'medium' : 'low'
  }
  if (
    choice.disposition === 'suppress' &&
    (permanent !== true || quotesTemporary(whole, found, choice.keyword))
  ) {
    // Whatever its words, a reply that is not permanent does not say that the mailbox is gone for good.
    choice.disposition = permanent === false ? 'retry' : 'soft-bounce'
    choice.confidence = 'low'
  }
  return choice
}
