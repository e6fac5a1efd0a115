import type { Verdict } from '@icloud-delivery/rules'

/** Different texts of unknown replies that are kept. */
const mostTexts = 1000
const longestText = 300

/** What was found in a file. */
export interface ReplySummary {
  /** What was read: lines, log entries about Apple, or bounces. */
  read: number
  /** Replies of Apple's that took mail. */
  accepted: number
  /** Refusals of Apple's by rule, the most first. */
  rules: { rule: string; count: number; example: string }[]
  /** Refusals of Apple's that no rule knows, by their words, the most first. Remote text. */
  unknown: { text: string; count: number }[]
  /** Unknown replies whose words did not fit any more. */
  unknownLeft: number
  /** Replies of other hosts, or of nobody knows whom. */
  others: number
}

/** Counts replies by rule; its memory is bounded however many there are. */
export class ReplyCounts {
  readonly #rules = new Map<string, { count: number; example: string }>()
  readonly #unknown = new Map<string, number>()
  #unknownLeft = 0
  #read = 0
  #accepted = 0
  #others = 0

  /** Something was read in which a reply may be or not. */
  read(): void {
    this.#read++
  }

  /** How much was read. */
  get seen(): number {
    return this.#read
  }

  /** Apple took a message. */
  accept(): void {
    this.#accepted++
  }

  add(verdict: Verdict): void {
    const { code, provider, rule, text } = verdict
    if (code === null) return
    if (provider === null || (rule === null && code >= 400)) {
      this.#others++
      return
    }
    if (rule === null) {
      this.#accepted++
      return
    }
    const counted = this.#rules.get(rule)
    if (counted === undefined) this.#rules.set(rule, { count: 1, example: text.slice(0, longestText) })
    else counted.count++
    if (rule.startsWith('unknown-')) this.#addUnknown(text)
  }

  #addUnknown(reply: string): void {
    const text = alike(reply)
    const count = this.#unknown.get(text)
    if (count !== undefined || this.#unknown.size < mostTexts) this.#unknown.set(text, (count ?? 0) + 1)
    else this.#unknownLeft++
  }

  summary(): ReplySummary {
    return {
      read: this.#read,
      accepted: this.#accepted,
      rules: [...this.#rules]
        .map(([rule, counted]) => ({ rule, ...counted }))
        .toSorted((a, b) => b.count - a.count || (a.rule < b.rule ? -1 : 1)),
      unknown: [...this.#unknown]
        .map(([text, count]) => ({ text, count }))
        .toSorted((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1)),
      unknownLeft: this.#unknownLeft,
      others: this.#others,
    }
  }
}

/** A reply without what differs from one to the next: addresses, IPs, ids. */
function alike(reply: string): string {
  return reply
    .slice(0, longestText)
    .replace(/<?[\w.+=-]{1,64}@[\w.-]{1,255}>?/g, '<address>')
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, '<ip>')
    .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{2,12}){2,4}\b/gi, '<id>')
}
