import { holdOf } from './by-hand.ts'
import { isClosed, isEngagedOnly } from '../decide/decide-hold.ts'
import type { Hold } from '../engine.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { nextAskAt, canaryPrefix, startedAt, type CanaryState } from '../signals/canary/canary-state.ts'
import type { ScopeState } from '../state/state.ts'

/** Answers {@link Engine.waitedFor}. */
export async function waitedFor(ledger: Ledger, now: number): Promise<Hold[]> {
  const all: Hold[] = []
  for await (const { key, value } of ledger.list('scope/')) {
    const state = value as ScopeState
    const { hold, engagedOnly } = state
    if (isClosed(hold, now)) all.push(holdOf(key, hold))
    if (engagedOnly !== undefined && isEngagedOnly(state, now)) {
      const { rule, since, seconds } = engagedOnly
      const until = Math.min(since, now) + seconds * 1000
      all.push({ ...holdOf(key, { rule, since, until, reply: '' }), engagedOnly: true })
    }
  }
  for await (const { key, value } of ledger.list(canaryPrefix)) {
    const state = value as CanaryState
    if (state.verdict?.type === 'go') continue
    const id = key.slice(canaryPrefix.length)
    const until = nextAskAt(state, now)
    all.push({ scope: 'campaign', id, rule: 'canary', since: startedAt(state), until, reply: '' })
  }
  return all
}
