import type { Confidence, Disposition, Fault, Phase, Scope } from './vocabulary.ts'

/** Words that give a rule away. */
export interface Wording {
  /**
   * Lower-case literal words with single spaces, found anywhere in the reply. One scan over the text looks for the
   * keywords of all rules at once, so a rule costs nothing where its keyword is absent.
   */
  keyword: string
  /** Must match too, on the reply in one line, if the keyword alone does not decide. */
  pattern?: RegExp
  /** If this wording is attested less well than the rule's others. */
  confidence?: Confidence
}

/** A real reply, and what it is evidence for. */
export interface Example {
  /** The reply as it came, addresses and IPs replaced by reserved ones. */
  input: string
  /** Where in the session it comes, if known. */
  phase?: Phase
  /** Where it was seen. */
  seen?: string
}

/** A reply that looks like the rule's and is not, and why. */
export interface CounterExample {
  input: string
  /** The host that gave it, if it is the host that makes the difference. */
  mx?: string
  /** The rule that it belongs to. `null`: it is not Apple's. */
  rule: string | null
  why: string
}

/** One row of the table: what one reply of Apple's means. Data only. */
export interface Rule {
  /** Stable, never reused. */
  id: string
  title: string
  fault: Fault
  scope: Scope
  disposition: Disposition
  /** The basic reply codes it was seen with. For the reader: the words decide, not the number. */
  codes: readonly number[]
  /** The enhanced status codes it was seen with. For the reader. */
  enhanced: readonly string[]
  /** Apple's bracketed tags that decide alone. */
  tags?: readonly string[]
  wordings: readonly Wording[]
  /**
   * Below 0 for words that only go along with those of other rules, which then decide. 0 if absent. Among equals the
   * words that come first decide.
   */
  priority?: number
  meaning: string
  causes: readonly string[]
  fixes: readonly string[]
  sources: readonly string[]
  confidence: Confidence
  /** Year and month, or year, of the newest sighting known. */
  lastSeen?: string
  examples: readonly Example[]
  counterExamples: readonly CounterExample[]
}
