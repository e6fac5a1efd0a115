import { alertData, canaryAlert } from './canary-alert.ts'
import { readReplies } from './canary-replies.ts'
import {
  canaryKey,
  deadlineOf,
  withVerdict,
  type CanaryReplies,
  type CanaryState,
  type CanaryVerdict,
} from './canary-state.ts'
import { decideCanary, takeSeats } from './decide-canary.ts'
import type { Parts } from '../../engine-core.ts'
import { untilWritten } from '../../ledger/conflict.ts'
import type { Entry, LedgerEvent } from '../../ledger/ledger.ts'

const mostKnown = 1000

/** The canaries in the ledger. One per engine. */
export class CanaryBook {
  private readonly parts: Parts
  /** Campaigns without a canary or beyond it, and until when that is believed without a look; ms since the epoch. */
  private readonly free = new Map<string, number>()

  constructor(parts: Parts) {
    this.parts = parts
  }

  /** Whether this campaign was found to go freely within the last minute. */
  isFree(id: string): boolean {
    return (this.free.get(id) ?? -Infinity) > this.parts.clock()
  }

  /** Looks again at the next question. */
  forget(id: string): void {
    this.free.delete(id)
  }

  async read(id: string): Promise<Entry<CanaryState> | null> {
    const [entry] = await this.parts.ledger.read([canaryKey(id)])
    return (entry ?? null) as Entry<CanaryState> | null
  }

  async repliesOf(id: string): Promise<CanaryReplies> {
    const [counts = {}] = await this.parts.ledger.counts([canaryKey(id)])
    return readReplies(counts)
  }

  /** The state, with the verdict if the time for it has come; `null` if the campaign goes freely. */
  async look(id: string): Promise<CanaryState | null> {
    const now = this.parts.clock()
    let state = (await this.read(id))?.value ?? null
    if (state !== null && state.verdict === undefined && now >= (deadlineOf(state) ?? Infinity))
      state = await this.judge(id)
    if (state !== null && state.verdict?.type !== 'go') return state
    if (this.free.size >= mostKnown) this.free.clear()
    this.free.set(id, now + this.parts.signals.resolutions.minute.width)
    return null
  }

  /** Lets these recipients go while there is room; says who of them may. Nobody whose seat could not be written. */
  async seat(id: string, seats: readonly string[]): Promise<ReadonlySet<string>> {
    const { ledger, clock, turns, patience } = this.parts
    const key = canaryKey(id)
    const turn = async (): Promise<ReadonlySet<string> | undefined> => {
      const entry = await this.read(id)
      if (entry === null || entry.value.verdict?.type === 'go') return new Set(seats)
      if (entry.value.verdict !== undefined) return new Set<string>()
      const { state, seated } = takeSeats(entry.value, seats, clock())
      if (state === entry.value) return seated
      return (await ledger.write([{ key, expected: entry.version, value: state }])) ? seated : undefined
    }
    try {
      return await turns.run(key, () => patience.run(() => untilWritten(turn)))
    } catch {
      return new Set()
    }
  }

  /** Decides if that is possible now. Whoever writes the verdict raises the alert. */
  async judge(id: string): Promise<CanaryState | null> {
    return untilWritten(async () => {
      const entry = await this.read(id)
      if (entry === null || entry.value.verdict !== undefined) return entry?.value ?? null
      const verdict = decideCanary(entry.value, await this.repliesOf(id), this.parts.clock())
      if (verdict === null) return entry.value
      return (await this.end(id, entry, verdict)) ? withVerdict(entry.value, verdict) : undefined
    })
  }

  /** Writes a verdict. False if somebody else wrote in between. */
  async end(id: string, { value, version }: Entry<CanaryState>, verdict: CanaryVerdict): Promise<boolean> {
    const { ledger, events } = this.parts
    const { type, at, reason } = verdict
    const alert = type === 'stop' ? canaryAlert(id, value, verdict) : null
    const log: LedgerEvent[] = [{ at, type: `canary-${type}`, subject: id, data: { reason } }]
    if (alert !== null) log.push({ at, type: 'alert', subject: id, data: alertData(alert) })
    const change = { key: canaryKey(id), expected: version, value: withVerdict(value, verdict) }
    if (!(await ledger.write([change], log))) return false
    if (alert !== null) events.emit('alert', alert)
    return true
  }
}
