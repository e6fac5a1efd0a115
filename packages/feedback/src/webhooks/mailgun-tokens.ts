import { hash } from 'node:crypto'
import type { Ledger } from '@icloud-delivery/engine'
import { Refusal } from './refusal.ts'

const prefix = 'mailgun-token/'
/** Longer than a signature is good for, from the earliest time to the latest. */
const periodMs = 36_000_000
/** ms for which the ledger may take to answer. */
const patienceMs = 5000
/** So that keys stand in the order of time. */
const digits = 8
const atOnce = 200

/**
 * Which tokens were taken, and for which body, in the ledger: so for all processes and over restarts. The same body again is
 * the same request again, and harmless.
 */
export class MailgunTokens {
  readonly #ledger: Ledger
  readonly #clock: () => number
  #sweptAt = -Infinity

  constructor(ledger: Ledger, clock: () => number) {
    this.#ledger = ledger
    this.#clock = clock
  }

  /** @throws Refusal `EREPLAYED` if the token came with another body, `EUNAVAILABLE` if the ledger is out of reach */
  async take(token: string, body: Buffer): Promise<void> {
    const digest = hash('sha256', token, 'base64url').slice(0, 22)
    const value = hash('sha256', body, 'base64url')
    const period = Math.floor(this.#clock() / periodMs)
    const [key, before] = [keyOf(period, digest), keyOf(period - 1, digest)]
    let taken: unknown
    try {
      taken = await inTime(this.#taken(key, before, value))
      await inTime(this.#sweep(period))
    } catch (error) {
      throw new Refusal('EUNAVAILABLE', `the ledger is out of reach: ${(error as Error).message}`, {
        cause: error,
      })
    }
    if (taken !== value)
      throw new Refusal('EREPLAYED', 'its token was used for another body before: it may be forged')
  }

  /** The body that the token stands for: this one, unless there was one before. */
  async #taken(key: string, before: string, value: string): Promise<unknown> {
    for (;;) {
      const [here, earlier] = await this.#ledger.read([key, before])
      const known = here ?? earlier
      if (known) return known.value
      if (await this.#ledger.write([{ key, expected: 0, value }])) return value
    }
  }

  /** Forgets tokens that are too old to be taken, once in a period. */
  async #sweep(period: number): Promise<void> {
    const now = this.#clock()
    if (Math.abs(now - this.#sweptAt) < periodMs) return
    this.#sweptAt = now
    const old: { key: string; expected: number; value: null }[] = []
    for await (const { key, version } of this.#ledger.list(prefix)) {
      if (Number(key.slice(prefix.length, prefix.length + digits)) >= period - 1) break
      old.push({ key, expected: version, value: null })
    }
    for (let from = 0; from < old.length; from += atOnce)
      await this.#ledger.write(old.slice(from, from + atOnce))
  }
}

/** Rejects if the ledger takes too long; what it does then is harmless. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not answer in ${patienceMs} ms`)), patienceMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function keyOf(period: number, digest: string): string {
  return `${prefix}${String(period).padStart(digits, '0')}/${digest}`
}
