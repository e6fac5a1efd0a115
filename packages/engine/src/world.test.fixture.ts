import type { Verdict } from '@icloud-delivery/rules'
import type { Admission } from './admit/admission.ts'
import type { Action } from './record/action.ts'
import type { Attempt, Decision } from './decide/attempt.ts'
import { decideAdmission } from './admit/decide-admission.ts'
import { decide } from './decide/decide.ts'
import type { Policy } from './policy/policy.ts'
import { resolvePolicy } from './policy/policy-check.ts'
import { rulePolicyOf } from './policy/policy.ts'
import { asideKeys, stateOf } from './state/aside-keys.ts'
import { scopeKey, scopesOf, type RecipientState, type ScopeState } from './state/state.ts'

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
      messageId: 'm1',
      rulesVersion: '1.0.0',
      random: () => this.random,
      ...about,
    }
  }

  record(verdict: Verdict | null, about: Partial<Attempt> = {}): Action {
    const attempt = this.attemptOf(about)
    const keys = scopesOf(attempt).map(scopeKey)
    const rule = verdict?.rule ? rulePolicyOf(this.policy, verdict, verdict.rule) : {}
    const aside = asideKeys(rule, attempt)
    const values = [
      this.recipients.get(attempt.address) ?? {},
      ...keys.map((key) => this.scopes.get(key) ?? {}),
      ...aside.map(({ key }) => this.asides.get(key) ?? {}),
    ]
    const state = stateOf(values, aside)
    this.last = decide(verdict, state, this.now, this.policy, attempt)
    this.recipients.set(attempt.address, this.last.nextState.recipient)
    keys.forEach((key, index) => this.scopes.set(key, this.last?.nextState.scopes[index] ?? {}))
    for (const { part, key } of aside) this.asides.set(key, this.last.nextState[part] ?? {})
    return this.last.action
  }

  admit(about: Partial<Attempt> = {}): Admission {
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
    )
    refs.forEach((ref, index) => this.scopes.set(scopeKey(ref), scopes[index] ?? {}))
    for (const [address, state] of recipients) this.recipients.set(address, state)
    const [admission] = admissions
    if (!admission) throw new Error('one recipient asked for, none answered')
    return admission
  }
}
