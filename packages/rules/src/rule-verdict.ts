import { enhancedOf, type FoundReply } from './find-reply.ts'
import type { Evidence, Verdict, VerdictJson } from './verdict.ts'
import type { Confidence, Disposition, Fault, Scope } from './vocabulary.ts'
import { isPermanent, type RuleChoice } from './decide-rule.ts'
import { readEvidence } from './evidence.ts'

/** A verdict that reads the details out of the text only when somebody asks: most callers never do. */
class LazyVerdict implements Verdict {
  readonly rule: string | null
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

  constructor(choice: RuleChoice | null, provider: 'apple' | null, whole: string, found: FoundReply) {
    this.provider = provider
    if (choice === null) {
      this.rule = null
      this.fault = 'unknown'
      this.scope = 'message'
      this.disposition = isPermanent(whole, found) === true ? 'fail' : 'retry'
      this.confidence = 'low'
      this.#keyword = null
    } else {
      this.rule = choice.rule.id
      this.fault = choice.rule.fault
      this.scope = choice.rule.scope
      this.disposition = choice.disposition
      this.confidence = choice.confidence
      this.#keyword = choice.keyword
    }
    this.code = found.code
    this.tag = found.tag
    this.#whole = whole
    this.#found = found
  }

  get enhanced(): string | null {
    return enhancedOf(this.#whole, this.#found)
  }

  get text(): string {
    return this.#whole.slice(this.#found.start).replace(/\s+/g, ' ').trim()
  }

  get evidence(): Evidence {
    this.#evidence ??= readEvidence(this.#whole, this.text, this.#keyword)
    return this.#evidence
  }

  toJSON(): VerdictJson {
    const { rule, provider, fault, scope, disposition, confidence, code, enhanced, tag, evidence } = this
    return { rule, provider, fault, scope, disposition, confidence, code, enhanced, tag, evidence }
  }
}

/** The verdict of a rule. `isApple` is false where nobody knows whose reply it is. */
export function ruleVerdict(choice: RuleChoice, isApple: boolean, whole: string, found: FoundReply): Verdict {
  return new LazyVerdict(choice, isApple ? 'apple' : null, whole, found)
}

/** The answer for a reply that is not Apple's, or is no refusal: no rule, and only what the number says. */
export function notApple(whole: string, found: FoundReply): Verdict {
  return new LazyVerdict(null, null, whole, found)
}
