import { organisation } from '../organisation.ts'
import type { Answer } from './answer.ts'

/** A question that is not examined itself. */
export type Probe = (name: string, type: 'A' | 'MX' | 'NS' | 'TXT') => Promise<Answer<unknown>>

/** Enough to find out; each costs up to four questions. */
const mostDomains = 5

/**
 * Whether a resolver reaches DNS at all. One behind a firewall, a filter or a captive portal may say "no such name" to everything,
 * which would look like a domain without any record.
 */
export class Reach {
  readonly #probe: Probe
  readonly #domains = new Set<string>()
  #isProven = false

  constructor(probe: Probe) {
    this.#probe = probe
  }

  /** A question was answered with records. */
  prove(): void {
    this.#isProven = true
  }

  /** Why "no such record" is not believed; `null` if it is. */
  async doubtOf(name: string): Promise<string | null> {
    if (this.#domains.size < mostDomains) this.#domains.add(organisation(name))
    if (this.#isProven) return null
    const top = name.slice(name.lastIndexOf('.') + 1)
    if (await this.#has(top, 'NS')) return null
    // A zone of one’s own, in a network without the rest of the world.
    for (const domain of this.#domains)
      for (const type of ['NS', 'TXT', 'MX', 'A'] as const) if (await this.#has(domain, type)) return null
    return 'the resolver finds no name at all, not even a top-level domain'
  }

  async #has(name: string, type: 'A' | 'MX' | 'NS' | 'TXT'): Promise<boolean> {
    // Meanwhile another question may have been answered.
    return this.#isProven || (await this.#probe(name, type)).kind === 'records' || this.#isProven
  }
}
