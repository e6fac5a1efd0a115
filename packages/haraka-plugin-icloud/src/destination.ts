import { isAppleDomain, isAppleMx } from '@icloud-delivery/rules'
import { withDeadline } from './deadline.ts'

/** The names of a domain's mail exchangers. Rejects if they cannot be had. */
export type ResolveMx = (domain: string) => Promise<readonly string[]>

/** A failure to resolve is believed this long, so that a dead resolver is not asked for every message. In ms. */
const FAILURE_TTL = 30_000

interface Known {
  apple: boolean
  until: number
}

/** Says which domains are Apple's, by name or, for custom domains, by MX. */
export class Destinations {
  readonly #resolve: ResolveMx
  #options: { ttl: number; size: number; timeout: number; clock: () => number }
  /** In the order of last use, oldest first. */
  readonly #known = new Map<string, Known>()
  readonly #asking = new Map<string, Promise<boolean>>()

  /** `ttl` and `timeout` in ms, `size` in domains. */
  constructor(
    resolve: ResolveMx,
    options: { ttl: number; size: number; timeout: number; clock?: () => number },
  ) {
    this.#resolve = resolve
    this.#options = { clock: Date.now, ...options }
  }

  /** Other options from now on; what is known stays. */
  configure(options: { ttl: number; size: number; timeout: number }): void {
    this.#options = { ...this.#options, ...options }
  }

  /** The same from what is known already, without waiting for DNS; an old answer counts too. */
  isKnownApple(domain: string): boolean {
    const name = domain.toLowerCase()
    return isAppleDomain(name) || this.#known.get(name)?.apple === true
  }

  /** Has the next question ask DNS: what is known has become doubtful. It still counts while the resolver fails. */
  doubt(domain: string): void {
    const known = this.#known.get(domain.toLowerCase())
    if (known) known.until = -Infinity
  }

  /**
   * Whether mail for the domain goes to Apple. Never rejects and never waits longer than `timeout`: while nothing is
   * known about a domain it is not taken for Apple's, and its mail goes on as without the plugin. What is known is
   * said at once.
   */
  isApple(domain: string): boolean | Promise<boolean> {
    const name = domain.toLowerCase()
    if (isAppleDomain(name)) return true
    const known = this.#known.get(name)
    if (known) {
      this.#known.delete(name)
      this.#known.set(name, known)
      if (known.until > this.#options.clock()) return known.apple
    }
    let asking = this.#asking.get(name)
    if (!asking) {
      asking = this.#ask(name, known).finally(() => this.#asking.delete(name))
      this.#asking.set(name, asking)
    }
    return asking
  }

  async #ask(name: string, before: Known | undefined): Promise<boolean> {
    let apple: boolean
    let ttl = this.#options.ttl
    try {
      const exchanges = await withDeadline(this.#resolve(name), this.#options.timeout, 'The MX look-up')
      apple = exchanges.some((exchange) => isAppleMx(exchange))
    } catch {
      apple = before?.apple ?? false
      ttl = Math.min(ttl, FAILURE_TTL)
    }
    this.#known.delete(name)
    this.#known.set(name, { apple, until: this.#options.clock() + ttl })
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= this.#options.size) break
      this.#known.delete(oldest)
    }
    return apple
  }
}
