import type { Rule } from './rule.ts'
import type { ReplyContext, Verdict } from './verdict.ts'
import { decide } from './classify.ts'
import { readText } from './found-text.ts'
import { rules } from './table/index.ts'
import { allMatches } from './wordings.ts'
import type { Origin } from './whose-reply.ts'

/** A verdict with the reasons for it. */
export interface Explanation {
  verdict: Verdict
  /** The rule that decided, whole. `null` if the reply is not Apple's. */
  rule: Rule | null
  /** Whose reply it is, and by what we know. */
  origin: Origin
  /** {@link origin} as a sentence. Holds no remote text. */
  whose: string
  /** Ids of the rules that matched by tag or words, the deciding one first. */
  matched: readonly string[]
  /** Those of them that did not decide, and why. */
  shadowed: readonly { rule: string; why: string }[]
  /** What this very reply changed about the rule, as sentences. */
  notes: readonly string[]
}

const whoseSentences: Readonly<Record<Origin, string>> = {
  'apple-host': 'Apple’s reply: the answering host is one of Apple’s mail servers.',
  'apple-wrapper': 'Apple’s reply: the text around it names one of Apple’s mail servers.',
  'apple-recipient':
    'Taken for Apple’s reply: the recipient’s domain is Apple’s, and no other host is known to have answered.',
  'apple-text': 'Apple’s reply: the text quotes Apple’s postmaster article.',
  'other-host': 'Not Apple’s reply: the answering host is not Apple’s.',
  'other-wrapper': 'Not Apple’s reply: the text around it names a host that is not Apple’s.',
  'other-recipient':
    'Not taken for Apple’s reply: the recipient’s domain is not Apple’s by name, and no Apple host is named.',
  undecided:
    'Nobody knows whose reply it is: neither a host nor a recipient is given, and other providers use these words too.',
}

/**
 * {@link classify} with its reasons: which rules matched, which were shadowed and why, and whose reply it is.
 * Never throws.
 */
export function explain(input: unknown, context?: ReplyContext | null): Explanation {
  const { verdict, origin } = decide(input, context ?? {})
  const { whole, found } = readText(input, context?.recipient ?? null)
  const rule = rules.find((each) => each.id === verdict.rule) ?? null
  const byWords = allMatches(whole, found.start).map((match) => match.rule.id)
  const matched = rule === null || byWords.includes(rule.id) ? [...byWords] : [rule.id, ...byWords]
  if (rule !== null) matched.sort((a, b) => Number(b === rule.id) - Number(a === rule.id))
  const shadowed = matched
    .filter((id) => id !== rule?.id)
    .map((id) => ({ rule: id, why: whyShadowed(rule, verdict) }))
  return {
    verdict,
    rule,
    origin,
    whose: whoseSentences[origin],
    matched,
    shadowed,
    notes: notesOn(rule, verdict),
  }
}

function whyShadowed(rule: Rule | null, verdict: Verdict): string {
  if (rule === null || verdict.provider === null)
    return 'The words match, but the reply is not known to be Apple’s'
  if (verdict.tag !== null && rule.tags?.includes(verdict.tag) === true)
    return `The tag [${verdict.tag}] decides before any words`
  if (rule.fault === 'unknown') return 'The words match, but the reply is about the sender'
  return `${rule.id} is the more telling of the two`
}

function notesOn(rule: Rule | null, verdict: Verdict): string[] {
  const notes: string[] = []
  if (rule === null) return notes
  if (rule.disposition === 'suppress' && verdict.disposition !== 'suppress') {
    notes.push(
      'The words are those of a missing mailbox, but the reply is not a permanent one: nobody is suppressed.',
    )
  }
  if (rule.id === 'unknown-permanent' && verdict.disposition === 'soft-bounce') {
    notes.push(
      '5.1.1 without known words: five different texts share the number, so it counts as a soft bounce only.',
    )
  }
  if (rule.id === 'local-policy' && verdict.tag !== null)
    notes.push('The tag is not known yet: report it, so that a rule can be written.')
  return notes
}
