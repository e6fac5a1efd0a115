import { enhancedOf, type FoundReply } from './find-reply.ts'
import type { Evidence, Verdict, VerdictJson } from './verdict.ts'
import type { Confidence, Disposition, Fault, Scope } from './vocabulary.ts'
import { isPermanent, type RuleChoice } from './decide-rule.ts'
import { readEvidence } from './evidence.ts'
import { readText, type FoundText } from './found-text.ts'

function toJson(verdict: Verdict): VerdictJson {
  const { rule, provider, fault, scope, disposition, confidence, code, enhanced, tag, evidence } = verdict
  return { rule, provider, fault, scope, disposition, confidence, code, enhanced, tag, evidence }
}

function textOf({ whole, found }: FoundText): string {
  return whole.slice(found.start).replace(/\s+/g, ' ').trim()
}

/** The verdict of a rule. The details are read out of the text only when somebody asks: most callers never do. */
export class RuleVerdict implements Verdict {
  readonly rule: string
  readonly provider: 'apple' | null
  readonly fault: Fault
  readonly scope: Scope
  readonly disposition: Disposition
  readonly confidence: Confidence
  readonly code: number | null
  readonly tag: string | null
  readonly #whole: string
  readonly #found: FoundReply
  readonly #keyword: string | null
  #evidence: Evidence | undefined

  constructor(choice: RuleChoice, isApple: boolean, whole: string, found: FoundReply) {
    this.rule = choice.rule.id
    this.provider = isApple ? 'apple' : null
    this.fault = choice.rule.fault
    this.scope = choice.rule.scope
    this.disposition = choice.disposition
    this.confidence = choice.confidence
    this.code = found.code
    this.tag = found.tag
    this.#whole = whole
    this.#found = found
    this.#keyword = choice.keyword
  }

  get enhanced(): string | null {
    return enhancedOf(this.#whole, this.#found)
  }

  get text(): string {
    return textOf({ whole: this.#whole, found: this.#found })
  }

  get evidence(): Evidence {
    this.#evidence ??= readEvidence(this.#whole, this.text, this.#keyword)
    return this.#evidence
  }

  toJSON(): VerdictJson {
    return toJson(this)
  }
}

/**
 * The answer for a reply that is not Apple's, or is no refusal: no rule, and only what the number says. Its host does
 * not even look at it in most cases, so the text is read when something of it is asked for.
 */
export class OtherVerdict implements Verdict {
  readonly rule = null
  readonly provider = null
  readonly fault = 'unknown'
  readonly scope = 'message'
  readonly confidence = 'low'
  readonly #input: unknown
  readonly #recipient: string | null
  #known: FoundText | undefined
  #evidence: Evidence | undefined

  constructor(input: unknown, recipient: string | null) {
    this.#input = input
    this.#recipient = recipient
  }

  get #text(): FoundText {
    this.#known ??= readText(this.#input, this.#recipient)
    return this.#known
  }

  get disposition(): Disposition {
    const { whole, found } = this.#text
    return isPermanent(whole, found) === true ? 'fail' : 'retry'
  }

  get code(): number | null {
    return this.#text.found.code
  }

  get tag(): string | null {
    return this.#text.found.tag
  }

  get enhanced(): string | null {
    const { whole, found } = this.#text
    return enhancedOf(whole, found)
  }

  get text(): string {
    return textOf(this.#text)
  }

  get evidence(): Evidence {
    this.#evidence ??= readEvidence(this.#text.whole, this.text, null)
    return this.#evidence
  }

  toJSON(): VerdictJson {
    return toJson(this)
  }
}
