import type { Ledger } from '../ledger/ledger.ts'
import type { Policy } from '../policy/policy.ts'
import type { ScopeState } from './state.ts'

const prefix = 'scope/campaign/'

/** What {@link CampaignSweep} works with. */
export interface SweepParts {
  readonly ledger: Ledger
  readonly policy: Pick<Policy, 'maxAgeSeconds'>
}

/** Forgets holds of campaigns and messages that nobody waits behind any more. One per engine. */
export class CampaignSweep {
  private readonly parts: SweepParts
  private sweptAt = -Infinity
  private running: Promise<void> | null = null

  constructor(parts: SweepParts) {
    this.parts = parts
  }

  /**
   * Sweeps, at most once an hour. Does not keep the caller waiting. Whoever holds something calls this, so nothing piles up.
   *
   * @param now ms since the epoch
   */
  sweep(now: number): void {
    if (this.running !== null || Math.abs(now - this.sweptAt) < this.apart) return
    this.sweptAt = now
    this.running = this.forget(now)
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

  /** A message lasts for days, and is asked for again and again while it waits. */
  private get longest(): number {
    return Math.max(...Object.values(this.parts.policy.maxAgeSeconds)) * 1000
  }

  private get apart(): number {
    return this.longest / 120
  }

  private async forget(now: number): Promise<void> {
    for await (const { key, value, version } of this.parts.ledger.list(prefix)) {
      if (isOver(key.slice(prefix.length), value as ScopeState, now, this.longest))
        await this.parts.ledger.write([{ key, expected: version, value: null }])
    }
  }
}

/**
 * Whether nobody has tried to go on for so long that nobody will. What waits is asked for when its probe is due: a message
 * held by its id by the same host, within the next interval; a campaign perhaps when somebody has looked at it.
 */
export function isOver(id: string, { hold }: ScopeState, now: number, longestMs: number): boolean {
  if (hold === undefined) return true
  const interval = Math.max(hold.forSeconds, hold.probeEverySeconds ?? 0) * 1000
  return now - hold.until > (id.startsWith('<') ? interval : longestMs)
}
