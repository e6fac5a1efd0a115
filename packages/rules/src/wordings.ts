import type { Confidence } from './vocabulary.ts'
import type { Rule } from './rule.ts'
import { phraseScanner } from './phrase-scanner.ts'
import { rules } from './table/index.ts'
import { wrapperAnchors } from './wrapper-host.ts'

/** What the one scan over a text looks for besides the words of the rules. */
const markers = ['support.apple.com', ...wrapperAnchors]

interface IndexedWording {
  rule: Rule
  priority: number
  confidence: Confidence
  keyword: string
  pattern: RegExp | undefined
}

/** Words of a rule found in a text. */
export interface WordingMatch {
  rule: Rule
  confidence: Confidence
  /** The literal words, lower case. */
  keyword: string
}

/** What one scan says about a text. */
export interface Scan {
  /** The deciding rule's words, or `null`. */
  best: WordingMatch | null
  /** It names Apple's support site; see `isUnmistakable` for whether it is their article. */
  appleSite: boolean
  /** Something may be wrapped around it that names the answering host. */
  wrapper: boolean
}

const indexed: readonly IndexedWording[] = rules.flatMap((rule) =>
  rule.wordings.map((wording) => ({
    rule,
    priority: rule.priority ?? 0,
    confidence: wording.confidence ?? rule.confidence,
    keyword: wording.keyword,
    pattern: wording.pattern,
  })),
)

const ruleOfTag: ReadonlyMap<string, Rule> = new Map(
  rules.flatMap((rule) => (rule.tags ?? []).map((tag) => [tag, rule] as const)),
)

const scanner = phraseScanner([...markers, ...indexed.map((wording) => wording.keyword)])
const matchesOf: readonly WordingMatch[] = indexed.map(({ rule, confidence, keyword }) => ({
  rule,
  confidence,
  keyword,
}))

/** The rule that a tag stands for, if it is known. */
export function ruleForTag(tag: string): Rule | undefined {
  return ruleOfTag.get(tag)
}

const unevenSpace = /\s\s|[^\S ]/

function holds(wording: IndexedWording, text: string): boolean {
  const { pattern } = wording
  if (pattern === undefined || pattern.test(text)) return true
  return unevenSpace.test(text) && pattern.test(text.replace(/\s+/g, ' '))
}

/**
 * Looks for the words of all rules and for the signs of a wrapper, in one pass. Of several rules the one with the
 * higher priority decides, then the one whose words come first.
 */
export function scan(text: string): Scan {
  const result: Scan = { best: null, appleSite: false, wrapper: false }
  let best = -1
  scanner.scan(text, (phrase) => {
    if (phrase === 0) result.appleSite = true
    else if (phrase < markers.length) result.wrapper = true
    else best = better(best, phrase - markers.length, text)
    return false
  })
  if (best >= 0) result.best = matchesOf[best]!
  return result
}

/** {@link scan} for the words alone: stops at the first that decide. */
export function wordsIn(text: string): WordingMatch | null {
  let best = -1
  scanner.scan(text, (phrase) => {
    if (phrase < markers.length) return false
    best = better(best, phrase - markers.length, text)
    return best >= 0 && indexed[best]!.priority >= 0
  })
  return best < 0 ? null : matchesOf[best]!
}

function better(best: number, candidate: number, text: string): number {
  if (best >= 0 && indexed[candidate]!.priority <= indexed[best]!.priority) return best
  return holds(indexed[candidate]!, text) ? candidate : best
}

/** Every rule whose words are in the text, the deciding one first. For explanations; {@link scan} is the quick way. */
export function allMatches(text: string): WordingMatch[] {
  const found = new Map<Rule, number>()
  scanner.scan(text, (phrase) => {
    const candidate = phrase - markers.length
    if (candidate < 0 || found.has(indexed[candidate]!.rule) || !holds(indexed[candidate]!, text))
      return false
    found.set(indexed[candidate]!.rule, candidate)
    return false
  })
  return [...found.values()]
    .toSorted((a, b) => indexed[b]!.priority - indexed[a]!.priority)
    .map((each) => matchesOf[each]!)
}
