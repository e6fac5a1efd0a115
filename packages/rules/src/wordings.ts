import type { Confidence } from './vocabulary.ts'
import type { Rule } from './rule.ts'
import { phraseScanner } from './phrase-scanner.ts'
import { rules } from './table/index.ts'
import { hostBeside, innermost, wrapperAnchors, type NamedHost } from './wrapper-host.ts'

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
  /** The answering host, if what is wrapped around the reply names one. */
  host: string | null
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

function holds(pattern: RegExp | undefined, whole: string, from: number): boolean {
  if (pattern === undefined) return true
  const text = whole.slice(from)
  return pattern.test(text) || (unevenSpace.test(text) && pattern.test(text.replace(/\s+/g, ' ')))
}

/**
 * Looks for the words of all rules and for the signs of a wrapper, in one pass. Of several rules the one with the
 * higher priority decides, then the one whose words come first.
 *
 * @param from - where the reply begins: words before it do not count
 */
export function scan(text: string, from: number): Scan {
  let best = -1
  let appleSite = false
  let host: NamedHost | null = null
  const pass = scanner.scan(text, 0)
  for (let phrase = pass.next(); phrase >= 0; phrase = pass.next()) {
    if (phrase >= markers.length) {
      const candidate = phrase - markers.length
      if (pass.end - indexed[candidate]!.keyword.length >= from) best = better(best, candidate, text, from)
    } else if (phrase > 0) host = innermost(host, hostBeside(text, phrase - 1, pass.end))
    else appleSite ||= pass.end > from
  }
  return { best: best < 0 ? null : matchesOf[best]!, appleSite, host: host?.name ?? null }
}

/** {@link scan} for the words alone: stops at the first that decide. */
export function wordsIn(text: string, from: number): WordingMatch | null {
  let best = -1
  const pass = scanner.scan(text, from)
  for (let phrase = pass.next(); phrase >= 0; phrase = pass.next()) {
    if (phrase < markers.length) continue
    best = better(best, phrase - markers.length, text, from)
    if (best >= 0 && indexed[best]!.priority >= 0) break
  }
  return best < 0 ? null : matchesOf[best]!
}

function better(best: number, candidate: number, text: string, from: number): number {
  if (best >= 0 && indexed[candidate]!.priority <= indexed[best]!.priority) return best
  return holds(indexed[candidate]!.pattern, text, from) ? candidate : best
}

/** Every rule whose words are in the text, the deciding one first. For explanations; {@link scan} is the quick way. */
export function allMatches(text: string, from: number): WordingMatch[] {
  const found = new Map<Rule, number>()
  const pass = scanner.scan(text, from)
  for (let phrase = pass.next(); phrase >= 0; phrase = pass.next()) {
    const candidate = phrase - markers.length
    const wording = indexed[candidate]
    if (wording === undefined || found.has(wording.rule) || !holds(wording.pattern, text, from)) continue
    found.set(wording.rule, candidate)
  }
  return [...found.values()]
    .toSorted((a, b) => indexed[b]!.priority - indexed[a]!.priority)
    .map((each) => matchesOf[each]!)
}
