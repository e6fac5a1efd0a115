import { isAppleDomain, isAppleMx } from '@icloud-delivery/rules'
import type { Clock } from '../engine.ts'

/**
 * Names of a domain's mail exchangers, as DNS has them now. Empty if it has none; rejects if they cannot be had.
 */
export type ResolveMx = (domain: string) => Promise<readonly string[]>

const answerMs = 600_000
const failureMs = 30_000
/** What was asked so lately is news. */
const newsMs = 5_000
const mostKnown = 1_000
const longestWaitMs = 2_000

interface Known {
  atApple: boolean | null
  /** ms since the epoch. */
  askedAt: number
  until: number
}

/**
 * Which domains have their MX at Apple. Answers are kept for 10 minutes, failures for 30 s, of the latest 1,000 domains; a
 * domain is asked about once at a time, for at most 2 s.
 */
export class MxBook {
  private readonly resolve: ResolveMx | null
  private readonly clock: Clock
  private readonly waitMs: number
  private readonly known = new Map<string, Known>()
  private readonly asking = new Map<string, Promise<boolean | null>>()

  /** @param resolve `null`: nothing is known but Apple's own domains */
  constructor(resolve: ResolveMx | null, clock: Clock, waitMs: number = longestWaitMs) {
    this.resolve = resolve
    this.clock = clock
    this.waitMs = waitMs
  }

  /** Whether mail for this domain goes to Apple; `null` if that is not known. Never rejects. */
  async isAtApple(domain: string): Promise<boolean | null> {
    return this.answer(domain, ({ until }, now) => now < until)
  }

  /** The same from DNS as it is now, whatever was known. */
  async lookAnew(domain: string): Promise<boolean | null> {
    return this.answer(domain, ({ askedAt }, now) => now - askedAt < newsMs)
  }

  private async answer(
    domain: string,
    isGood: (known: Known, now: number) => boolean,
  ): Promise<boolean | null> {
    if (isAppleDomain(domain)) return true
    if (this.resolve === null) return null
    const known = this.known.get(domain)
    const now = this.clock()
    if (known !== undefined && now >= known.askedAt && isGood(known, now)) return known.atApple
    let asking = this.asking.get(domain)
    if (asking === undefined) {
      asking = this.ask(domain, this.resolve).finally(() => this.asking.delete(domain))
      this.asking.set(domain, asking)
    }
    return asking
  }

  private async ask(domain: string, resolve: ResolveMx): Promise<boolean | null> {
    let atApple: boolean | null = null
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<null>((done) => {
      // A process that stood still finds both the answer and the end of the time: the answer is read first.
      timer = setTimeout(() => setImmediate(done, null), this.waitMs)
    })
    try {
      const names: unknown = await Promise.race([resolve(domain), late])
      if (Array.isArray(names) && names.every((name) => typeof name === 'string'))
        atApple = names.some((name) => isAppleMx(name))
    } catch {
      // Not known, then.
    } finally {
      clearTimeout(timer)
    }
    this.known.delete(domain)
    const askedAt = this.clock()
    this.known.set(domain, { atApple, askedAt, until: askedAt + (atApple === null ? failureMs : answerMs) })
    for (const oldest of this.known.keys()) {
      if (this.known.size <= mostKnown) break
      this.known.delete(oldest)
    }
    return atApple
  }
}
