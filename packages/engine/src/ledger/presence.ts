import { randomUUID } from 'node:crypto'
import type { Ledger } from './ledger.ts'
import type { ScopeState } from '../state/state.ts'

const prefix = 'presence/'

/** What {@link Presence} works with. */
export interface PresenceParts {
  readonly ledger: Ledger
  /** ms since the epoch. */
  readonly clock: () => number
  readonly policy: { readonly probeLeaseSeconds: number }
}

/** What is stored under `presence/<process>`. */
interface Sign {
  /** ms since the epoch. */
  at: number
}

/**
 * Signs of life of this process, so that what it holds a lease of is free again soon after it died. There are some only
 * while there is a lease: most of the time nothing is written. One per engine.
 */
export class Presence {
  /** This process, in leases. */
  readonly id: string = randomUUID()
  private readonly parts: PresenceParts
  /** What is leased, and until when; ms since the epoch. */
  private readonly leases = new Map<string, number>()
  private timer: ReturnType<typeof setTimeout> | null = null
  private beating: Promise<void> | null = null
  private signedAt = -Infinity
  /** Without a sign for so many ms a process is dead. */
  private readonly longest: number

  constructor(parts: PresenceParts) {
    this.parts = parts
    this.longest = parts.policy.probeLeaseSeconds * 1000
  }

  get isIdle(): boolean {
    return this.leases.size === 0
  }

  /** To be called before leases are written. Rejects if the ledger is out of reach. */
  async hold(keys: readonly string[], until: number): Promise<void> {
    for (const key of keys) this.leases.set(key, until)
    const isFresh = Math.abs(this.parts.clock() - this.signedAt) < this.longest / 3
    if (this.timer !== null && isFresh) return
    if (this.timer === null) await this.forgetDead()
    await this.beat()
    if (this.timer === null) this.beatSoon()
  }

  /** These leases are over, or did not come about. The last one takes the sign of life along, with the next beat. */
  drop(keys: readonly string[]): void {
    for (const key of keys) this.leases.delete(key)
  }

  /** Drops the leases of scopes that are not leased to this process any more. */
  settle(keys: readonly string[], scopes: readonly ScopeState[]): void {
    this.drop(
      keys.filter((_, index) => {
        const probe = scopes[index]?.hold?.probe
        return probe?.process !== this.id || probe.refused === true
      }),
    )
  }

  /**
   * The scopes, with the probes of dead processes free again; the same array if there are none. Looks only where another
   * process has a probe under way.
   */
  async withoutLost(scopes: readonly ScopeState[], now: number): Promise<readonly ScopeState[]> {
    const ids = [...new Set(scopes.flatMap((scope) => this.waitsFor(scope, now) ?? []))]
    if (ids.length === 0) return scopes
    const entries = await this.parts.ledger.read(ids.map((id) => prefix + id))
    const lost = new Set(ids.filter((_, index) => this.isDead(entries[index]?.value, now)))
    if (lost.size === 0) return scopes
    return scopes.map((scope) =>
      scope.hold && lost.has(this.waitsFor(scope, now) ?? '')
        ? { ...scope, hold: { ...scope.hold, probe: null, until: now } }
        : scope,
    )
  }

  /** The process ends in good order. */
  async end(): Promise<void> {
    this.leases.clear()
    if (this.timer === null) return
    await this.beating
    await this.beat()
  }

  /** The other process whose probe is waited for. */
  private waitsFor({ hold }: ScopeState, now: number): string | null {
    const probe = hold?.probe
    if (!hold || !probe?.process || probe.refused || now >= hold.until) return null
    return probe.process === this.id ? null : probe.process
  }

  private isDead(sign: unknown, now: number): boolean {
    // A clock that was set back makes an old sign look new.
    return sign === undefined || Math.abs(now - (sign as Sign).at) > this.longest
  }

  private async forgetDead(): Promise<void> {
    const { ledger, clock } = this.parts
    for await (const { key, value, version } of ledger.list(prefix)) {
      if (this.isDead(value, clock())) await ledger.write([{ key, expected: version, value: null }])
    }
  }

  /** Real time: a process dies by its own clock, whatever the engine's says. */
  private beatSoon(): void {
    this.timer = setTimeout(() => {
      this.beating = this.beat()
        // If the ledger is out of reach, nobody else gets the probe either.
        .catch(() => {})
        .finally(() => {
          this.beating = null
          if (this.timer !== null) this.beatSoon()
        })
    }, this.longest / 3)
    this.timer.unref()
  }

  private async beat(): Promise<void> {
    const { ledger, clock } = this.parts
    const at = clock()
    for (const [key, until] of this.leases) if (until <= at) this.leases.delete(key)
    if (this.isIdle) {
      if (this.timer !== null) clearTimeout(this.timer)
      this.timer = null
    }
    const key = prefix + this.id
    const [entry] = await ledger.read([key])
    const sign: Sign = { at }
    const value = this.isIdle ? null : sign
    if (entry === null && value === null) return
    // Nobody else writes it, apart from those who tidy up after the dead.
    if (await ledger.write([{ key, expected: entry?.version ?? 0, value }])) this.signedAt = at
  }
}
