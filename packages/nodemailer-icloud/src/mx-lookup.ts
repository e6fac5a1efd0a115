import { Resolver } from 'node:dns/promises'
import { isAppleMx } from '@icloud-delivery/rules'
import type { Timers } from './timers.ts'

/** Looks the MX records of a domain up, as `dns.promises.resolveMx` does. */
export type ResolveMx = (domain: string) => Promise<readonly { exchange: string }[]>

const limitMs = 2_000
const answerMs = 3_600_000
const failureMs = 60_000
const capacity = 10_000

/** What DNS says of a domain without MX: an answer, not a failure. */
const noMx: ReadonlySet<unknown> = new Set(['ENODATA', 'ENOTFOUND', 'NXDOMAIN'])

function systemResolveMx(): ResolveMx {
  const resolver = new Resolver({ timeout: limitMs, tries: 1 })
  return (domain) => resolver.resolveMx(domain)
}

/**
 * Whether a domain's mail is at Apple. Answers are kept for an hour, failures for a minute; a look-up that takes
 * longer than 2 s is a failure, and a failure means "not Apple".
 */
export class MxLookup {
  readonly #resolveMx: ResolveMx
  readonly #clock: () => number
  readonly #timers: Timers
  readonly #known = new Map<string, { apple: boolean; until: number }>()
  readonly #running = new Map<string, Promise<boolean>>()

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
  isApple(domain: string): Promise<boolean> {
    const running = this.#running.get(domain)
    if (running) return running
    const asked = this.#ask(domain).finally(() => this.#running.delete(domain))
    this.#running.set(domain, asked)
    return asked
  }

  async #ask(domain: string): Promise<boolean> {
    let apple = false
    let keepMs = answerMs
    try {
      const records = await this.#limited(domain)
      apple = records.some(({ exchange }) =>
        isAppleMx(exchange.endsWith('.') ? exchange.slice(0, -1) : exchange),
      )
    } catch (error) {
      if (!noMx.has((error as { code?: unknown } | null)?.code)) keepMs = failureMs
    }
    if (this.#known.size >= capacity) {
      for (const oldest of this.#known.keys()) {
        this.#known.delete(oldest)
        break
      }
    }
    this.#known.set(domain, { apple, until: this.#clock() + keepMs })
    return apple
  }

  async #limited(domain: string): Promise<readonly { exchange: string }[]> {
    let handle: unknown
    const late = new Promise<never>((_, reject) => {
      handle = this.#timers.setTimeout(() => reject(new Error('MX look-up timed out')), limitMs)
    })
    try {
      return await Promise.race([this.#resolveMx(domain), late])
    } finally {
      this.#timers.clearTimeout(handle)
    }
  }
}
