import type { Verdict } from '@icloud-delivery/rules'
import type { Admission } from './admit/admission.ts'
import type { Action } from './record/action.ts'
import type { Attempt, Decision } from './decide/attempt.ts'
import { decideAdmission } from './admit/decide-admission.ts'
import { isAtPrivateRelay } from './address.ts'
import { decide, troubleOf } from './decide/decide.ts'
import { recentAsked, type RecentAsked } from './decide/recent-asked.ts'
import type { Policy } from './policy/policy.ts'
import { resolvePolicy } from './policy/policy-check.ts'
import { asideKeys, stateOf } from './state/aside-keys.ts'
import {
  scopeKey,
  scopeOf,
  scopesOf,
  type Recent,
  type RecipientState,
  type ScopeState,
  type Way,
} from './state/state.ts'

/** Seconds, for a clock that reads well. */
export const minute = 60
export const hour = 3600
export const day = 86_400

/** What is remembered between decisions, on a clock that only moves when told. No ledger, no waiting. */
export class World {
  /** ms since the epoch. */
  now: number = Date.UTC(2026, 0, 1)
  policy: Policy = resolvePolicy({ jitter: 0, topOfHour: { avoidSeconds: 0 } })
  random = 0
  readonly recipients: Map<string, RecipientState> = new Map()
  readonly scopes: Map<string, ScopeState> = new Map()
  /** What few rules count at the lane and at a domain. */
  readonly asides: Map<string, object> = new Map()
  last: Decision | null = null
  private readonly attempts: { at: number; rule: string | null; way: Way }[] = []

  pass(seconds: number): void {
    this.now += seconds * 1000
  }

  attemptOf(about: Partial<Attempt> = {}): Attempt {
    const address = about.address ?? about.recipient?.toLowerCase() ?? 'anna@icloud.com'
    return {
      recipient: address,
      address,
      senderDomain: 'example.com',
      stream: 'transactional',
      lane: 'default',
      hop: 'direct',
      fromDomain: about.senderDomain === undefined ? 'example.com' : about.senderDomain,
      submitter: null,
      campaign: null,
      author: 'shop@example.com',
      toPrivateRelay: isAtPrivateRelay(address),
      aloneAs: about.messageId ?? 'm1',
      messageId: 'm1',
      rulesVersion: '1.0.0',
      random: () => this.random,
      ...about,
    }
  }

  record(verdict: Verdict | null, about: Partial<Attempt> = {}): Action {
    const attempt = this.attemptOf(about)
    const keys = scopesOf(attempt).map(scopeKey)
    const trouble = verdict?.rule ? troubleOf(verdict, verdict.rule, this.policy, attempt) : null
    const aside = asideKeys(trouble?.rulePolicy ?? {}, attempt)
    const values = [
      this.recipients.get(attempt.address) ?? {},
      ...keys.map((key) => this.scopes.get(key) ?? {}),
      ...aside.map(({ key }) => this.asides.get(key) ?? {}),
    ]
    const state = stateOf(values, aside)
    const asked = trouble ? recentAsked(trouble, state, this.now, this.policy, attempt) : null
    if (asked) state.recent = this.recent(asked, attempt)
    this.attempts.push({ at: this.now, rule: verdict?.rule ?? null, way: attempt })
    this.last = decide(verdict, state, this.now, this.policy, attempt)
    this.recipients.set(attempt.address, this.last.nextState.recipient)
    keys.forEach((key, index) => this.scopes.set(key, this.last?.nextState.scopes[index] ?? {}))
    for (const { part, key } of aside) this.asides.set(key, this.last.nextState[part] ?? {})
    return this.last.action
  }

  /** Attempts that Apple accepted, all at once. */
  deliver(count: number, about: Partial<Attempt> = {}): void {
    for (let sent = 0; sent < count; sent++) this.record(null, { messageId: `delivered${sent}`, ...about })
  }

  /** As the signals count it. */
  private recent({ kind, windowSeconds, rules }: RecentAsked, attempt: Attempt): Recent {
    const place = JSON.stringify(scopeOf(kind, attempt))
    const tried = this.attempts.filter(
      ({ at, way }) => at > this.now - windowSeconds * 1000 && JSON.stringify(scopeOf(kind, way)) === place,
    )
    return {
      attempts: tried.length,
      refused: tried.filter(({ rule }) => rule !== null && rules.includes(rule)).length,
    }
  }

  admit(about: Partial<Attempt> = {}, engaged: readonly boolean[] = []): Admission {
    const attempt = this.attemptOf(about)
    const refs = scopesOf(attempt)
    const { admissions, scopes, recipients } = decideAdmission(
      {
        ...attempt,
        recipients: [{ recipient: attempt.recipient, address: attempt.address }],
        acceptedAt: attempt.acceptedAt ?? null,
        deliverBy: attempt.deliverBy ?? null,
      },
      [this.recipients.get(attempt.address) ?? {}],
      refs.map((ref) => this.scopes.get(scopeKey(ref)) ?? {}),
      this.now,
      this.policy,
      engaged,
    )
    refs.forEach((ref, index) => this.scopes.set(scopeKey(ref), scopes[index] ?? {}))
    for (const [address, state] of recipients) this.recipients.set(address, state)
    const [admission] = admissions
    if (!admission) throw new Error('one recipient asked for, none answered')
    return admission
  }
}
