import { createHash } from 'node:crypto'
import type { Entry, Ledger } from '../ledger/ledger.ts'

const prefix = 'once/'
const periodMs = 30 * 86_400_000
/** So that keys stand in the order of time. */
const digits = 6
const atOnce = 200

/**
 * Where the id of a report is remembered: under the period in which it may be forgotten, so that old ones are found without
 * a look at the others. The first key is the one to be written; the others are where it may stand already.
 *
 * @param until ms since the epoch; without it ids are kept for one to two periods
 */
export function onceKeys(id: string, until: number | undefined, now: number): string[] {
  const digest = createHash('sha256').update(id).digest('base64url').slice(0, 22)
  const key = (period: number): string => `${prefix}${String(period).padStart(digits, '0')}/${digest}`
  const period = (at: number): number => Math.max(0, Math.floor(at / periodMs))
  if (until !== undefined) return [key(period(until) + 1)]
  return [key(period(now) + 2), key(period(now) + 1)]
}

/** Whether one of {@link onceKeys} is there. */
export function isKnown(entries: readonly (Entry | null | undefined)[]): boolean {
  return entries.some((entry) => entry != null)
}

/** Forgets ids whose time is over, the oldest first. One per engine. */
export class OnceSweep {
  private readonly ledger: Ledger
  private sweptAt = -Infinity
  private running: Promise<void> | null = null

  constructor({ ledger }: { ledger: Ledger }) {
    this.ledger = ledger
  }

  /**
   * Sweeps, at most once an hour. Does not keep the caller waiting. Whoever has something remembered calls this, so nothing
   * piles up.
   *
   * @param now ms since the epoch
   */
  sweep(now: number): void {
    if (this.running !== null || Math.abs(now - this.sweptAt) < periodMs / 720) return
    this.sweptAt = now
    this.running = this.forget(Math.floor(now / periodMs))
      // They are in nobody's way: the next hour is as good.
      .catch(() => {})
      .finally(() => {
        this.running = null
      })
  }

  /** Resolves when nothing is being swept. */
  async idle(): Promise<void> {
    await this.running
  }

  private async forget(period: number): Promise<void> {
    let old: { key: string; expected: number; value: null }[] = []
    const write = async (): Promise<void> => {
      // Another process may be at it too: what it has done is done.
      if (old.length > 0) await this.ledger.write(old)
      old = []
    }
    for await (const { key, version } of this.ledger.list(prefix)) {
      if (Number(key.slice(prefix.length, prefix.length + digits)) > period) break
      old.push({ key, expected: version, value: null })
      if (old.length >= atOnce) await write()
    }
    await write()
  }
}
