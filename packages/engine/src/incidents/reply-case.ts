import type { Verdict } from '@icloud-delivery/rules'
import type { Decision } from '../decide/attempt.ts'
import { countsKey, coveringIncident, openKey } from './incident.ts'
import type { Change, Count, Entry } from '../ledger/ledger.ts'
import { kindOf } from './reply-kind.ts'
import type { Resolution } from '../signals/buckets.ts'
import type { RecipientState } from '../state/state.ts'
import { keepCountsMs } from './take-back.ts'
import { traceKey, traceOf, withTrace, type Trace } from './trace.ts'

/** A reply that could be held against somebody, and is not while an incident covers it. */
export class ReplyCase {
  readonly kind: string
  /** What has to be read for it. */
  readonly keys: readonly string[]
  /** The incident that covers it, once {@link see} has looked. */
  incident: string | undefined
  private readonly rule: string
  private trace: Entry | null = null

  private constructor(kind: string, rule: string, keys: readonly string[]) {
    this.kind = kind
    this.rule = rule
    this.keys = keys
  }

  /** `null` for what is held against nobody anyway, such as a delivery: it costs nothing. */
  static of(verdict: Verdict | null, address: string, now: number, hour: Resolution): ReplyCase | null {
    const kind = verdict === null ? null : kindOf(verdict)
    if (kind === null) return null
    return new ReplyCase(kind, verdict?.rule ?? '', [openKey, traceKey(address, now, hour)])
  }

  /**
   * @param entries those of {@link keys}
   * @param at when the reply came, ms since the epoch
   */
  see(entries: readonly (Entry | null)[], at: number): void {
    const [open, trace] = entries
    this.trace = trace ?? null
    this.incident = coveringIncident(open?.value ?? {}, this.kind, at)
  }

  /** What is to be written with the decision: what it did to the recipient can be taken back later. */
  remember(
    before: RecipientState,
    decision: Decision,
    messageId: string,
    now: number,
  ): { changes: Change[]; counts: Count[] } {
    if (this.incident !== undefined) {
      if (decision.action.retryAt === null) return { changes: [], counts: [] }
      const group = countsKey(this.incident)
      return { changes: [], counts: [{ group, field: 'retried', by: 1, at: now, keepMs: keepCountsMs }] }
    }
    const { kind, rule } = this
    const trace = traceOf(before, decision.nextState.recipient, { kind, rule, at: now, messageId })
    const key = this.keys[1]
    if (trace === null || key === undefined) return { changes: [], counts: [] }
    const value = withTrace((this.trace?.value ?? []) as readonly Trace[], trace)
    return { changes: [{ key, expected: this.trace?.version ?? 0, value }], counts: [] }
  }
}
