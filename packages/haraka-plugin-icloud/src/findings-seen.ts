/** Campaigns that are remembered. */
const MOST = 1000

/** What was found in the mail of a campaign, in this process, for whoever asks why it was stopped. */
export class FindingsSeen {
  /** Codes, by campaign; the oldest first. */
  readonly #codes = new Map<string, Set<string>>()

  add(campaign: string, codes: readonly string[]): void {
    const seen = this.#codes.get(campaign) ?? new Set()
    for (const code of codes) seen.add(code)
    this.#codes.delete(campaign)
    this.#codes.set(campaign, seen)
    const [oldest] = this.#codes.keys()
    if (this.#codes.size > MOST && oldest !== undefined) this.#codes.delete(oldest)
  }

  of(campaign: string): readonly string[] {
    return [...(this.#codes.get(campaign) ?? [])]
  }
}
