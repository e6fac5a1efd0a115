import { Resolver } from 'node:dns/promises'
import { isAppleDomain, isAppleMx } from '@icloud-delivery/rules'
import type { Timers } from './timers.ts'

/** Looks the MX records of a domain up, as `dns.promises.resolveMx` does. */
export type ResolveMx = (domain: string) => Promise<readonly { exchange: string }[]>

const limitMs = 2_000
const answerMs = 3_600_000
const failureMs = 60_000
/** What was asked so lately is news. */
const newsMs = 5_000
const capacity = 10_000

/** What DNS says of a domain without MX: an answer, not a failure. */
const noMx: ReadonlySet<unknown> = new Set(['ENODATA', 'ENOTFOUND', 'NXDOMAIN'])

function systemResolveMx(): ResolveMx {
  // Each look-up has one of its own: after three quick answers c-ares waits for a second only, whatever it is told.
  return (domain) => new Resolver({ timeout: limitMs, tries: 1 }).resolveMx(domain)
}

interface Known {
  apple: boolean
  /** Names of the hosts; `null` if they could not be had. */
  hosts: readonly string[] | null
  /** ms since the epoch. */
  askedAt: number
  until: number
}

/**
 * Whether a domain's mail is at Apple. Answers are kept for an hour, failures for a minute; a look-up that takes
 * longer than 2 s is a failure, and a failure means "not Apple".
 */
export class MxLookup {
  readonly #resolveMx: ResolveMx
  readonly #clock: () => number
  readonly #timers: Timers
  readonly #known = new Map<string, Known>()
  readonly #running = new Map<string, Promise<Known>>()

  constructor(resolveMx: ResolveMx | undefined, clock: () => number, timers: Timers) {
    this.#resolveMx = resolveMx ?? systemResolveMx()
    this.#clock = clock
    this.#timers = timers
  }

  /** The answer, if it is known already. */
  cached(domain: string): boolean | undefined {
    const entry = this.#known.get(domain)
    return entry !== undefined && entry.until > this.#clock() ? entry.apple : undefined
  }

  /** Asks DNS. Never rejects. */
  async isApple(domain: string): Promise<boolean> {
    return (await this.#look(domain)).apple
  }

  /**
   * The hosts as DNS has them now: the engine asks before a suppression counts, or is put down. What it is told is known here
   * from then on too. Rejects if they cannot be had, so that a failure is never taken for "moved away".
   */
  async hosts(domain: string): Promise<readonly string[]> {
    const known = this.#known.get(domain)
    const age = known === undefined ? Infinity : this.#clock() - known.askedAt
    const { hosts } = known !== undefined && age >= 0 && age < newsMs ? known : await this.#look(domain)
    if (hosts === null) throw new Error(`The MX of ${domain} could not be looked up`)
    return hosts
  }

  /** The next mail has the domain looked up anew. */
  forget(domain: string): void {
    this.#known.delete(domain)
  }

  #look(domain: string): Promise<Known> {
    const running = this.#running.get(domain)
    if (running) return running
    const asked = this.#ask(domain).finally(() => this.#running.delete(domain))
    this.#running.set(domain, asked)
    return asked
  }

  async #ask(domain: string): Promise<Known> {
    let hosts: string[] | null = null
    try {
      const records = await this.#limited(domain)
      hosts = records.map(({ exchange }) => (exchange.endsWith('.') ? exchange.slice(0, -1) : exchange))
    } catch (error) {
      if (noMx.has((error as { code?: unknown } | null)?.code)) hosts = []
    }
    if (this.#known.size >= capacity) {
      for (const oldest of this.#known.keys()) {
        this.#known.delete(oldest)
        break
      }
    }
    const askedAt = this.#clock()
    const known = {
      // The engine may have asked for a domain that is Apple's whatever DNS says.
      apple: isAppleDomain(domain) || (hosts?.some(isAppleMx) ?? false),
      hosts,
      askedAt,
      until: askedAt + (hosts === null ? failureMs : answerMs),
    }
    this.#known.set(domain, known)
    return known
  }

  async #limited(domain: string): Promise<readonly { exchange: string }[]> {
    let handle: unknown
    const late = new Promise<never>((_, reject) => {
      const giveUp = (): void => reject(new Error('MX look-up timed out'))
      // A process that stood still finds both the answer and the end of the time: the answer is read first.
      handle = this.#timers.setTimeout(() => setImmediate(giveUp), limitMs)
    })
    try {
      return await Promise.race([this.#resolveMx(domain), late])
    } finally {
      this.#timers.clearTimeout(handle)
    }
  }
}
