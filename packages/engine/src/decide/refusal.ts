import type { Verdict } from '@icloud-delivery/rules'
import type { Action, HoldRef, SuppressAction } from '../record/action.ts'
import { isOtherMailbox } from '../address.ts'
import {
  attemptsOf,
  plainAction,
  type Attempt,
  type Decision,
  type Effect,
  type PlainAction,
} from './attempt.ts'
import { countReply, isClosed, isProbe, isProbeDue, passProbeOn, refuseProbe } from './decide-hold.ts'
import { countSoftBounce, isEnough } from './decide-soft-bounce.ts'
import type { Policy, RulePolicy } from '../policy/policy.ts'
import {
  messageState,
  withMessage,
  withoutMessage,
  withSoftBounces,
  withSuppression,
} from '../state/recipient-state.ts'
import { expiryOf, waitSeconds } from './retry-time.ts'
import { scopesOf, type RecipientState, type ScopeState, type State } from '../state/state.ts'
import type { Suppression } from '../state/suppression.ts'

const longestReply = 1000

/** Why a message was not taken, and what the policy says to that. */
export interface Trouble {
  rule: string
  rulePolicy: RulePolicy
  says: Pick<Verdict, 'fault' | 'scope' | 'disposition' | 'evidence' | 'text'>
  /** `null` if there was no reply. */
  verdict: Verdict | null
}

/** One attempt that Apple did not take, on its way to a decision. */
export class Refusal {
  private readonly verdict: Verdict | null
  private readonly says: Trouble['says']
  private readonly rule: string
  private readonly state: State
  private readonly now: number
  private readonly policy: Policy
  private readonly attempt: Attempt
  private readonly rulePolicy: RulePolicy
  private readonly acceptedAt: number
  private readonly expiresAt: number
  private readonly attempts: number
  private readonly effects: Effect[] = []
  private recipient: RecipientState
  private scopes: readonly ScopeState[]
  /** Set if this message was the probe of a hold and met the same rule again: ms of the next probe. */
  private nextProbeAt: number | null = null

  constructor(trouble: Trouble, state: State, now: number, policy: Policy, attempt: Attempt) {
    this.verdict = trouble.verdict
    this.says = trouble.says
    this.rule = trouble.rule
    this.rulePolicy = trouble.rulePolicy
    this.state = state
    this.now = now
    this.policy = policy
    this.attempt = attempt
    this.recipient = state.recipient
    this.scopes = state.scopes
    this.acceptedAt = Math.min(
      attempt.acceptedAt ?? messageState(state.recipient, attempt.messageId)?.acceptedAt ?? now,
      now,
    )
    this.expiresAt = expiryOf(this.acceptedAt, attempt.stream, policy)
    this.attempts = attemptsOf(state.recipient, attempt)
  }

  decide(): Decision {
    this.touchScopes()
    const action = this.act()
    action.holds = this.effects.filter((effect) => effect.type === 'held').map((effect) => effect.hold)
    return { action, nextState: { recipient: this.recipient, scopes: this.scopes }, effects: this.effects }
  }

  private act(): Action {
    // Whoever is let through to try a closed scope must not lose the message for it.
    if (this.nextProbeAt !== null) return this.hold(this.nextProbeAt)
    switch (this.says.disposition) {
      case 'retry':
        return this.retry()
      case 'hold':
        return this.hold(this.heldUntil())
      case 'suppress':
        return this.suppressOrLess()
      case 'soft-bounce':
        return this.softBounce(`${this.rule}: given up`)
      case 'fail':
        return this.end('fail', `${this.rule}: given up, nothing held against the recipient`)
    }
  }

  private retry(): Action {
    if (this.now >= this.expiresAt) return this.expire()
    const used =
      messageState(this.recipient, this.attempt.messageId)?.waits.find((w) => w.rule === this.rule)?.count ??
      0
    const seconds = waitSeconds(this.rulePolicy, used, this.policy, this.attempt.random)
    if (seconds === null) return this.softBounce(`${this.rule}: ${used} waits used up`)
    const retryAt = Math.min(Math.round(this.now + seconds * 1000), this.expiresAt)
    this.keep(used + 1)
    if (this.rulePolicy.slowsRecipient) {
      this.recipient = { ...this.recipient, deferred: { until: retryAt, rule: this.rule } }
    }
    return { ...this.action('retry', `${this.rule}: try ${this.attempts} came to nothing for now`), retryAt }
  }

  private hold(until: number): Action {
    if (this.now >= this.expiresAt) return this.expire()
    this.keep(0)
    const reason =
      this.says.evidence.list === 'PBL'
        ? `${this.rule}: this IP must not send to Apple itself; send through a relay`
        : `${this.rule}: held until Apple takes mail from here again`
    return { ...this.action('hold', reason), retryAt: Math.min(until, this.expiresAt) }
  }

  private suppressOrLess(): Action {
    if (this.says.fault !== 'recipient') {
      return this.end('fail', `${this.rule}: not the recipient's fault; nothing held against the recipient`)
    }
    return this.namesOther()
      ? this.otherMailbox()
      : this.suppress(`${this.rule}: no more mail to this recipient`)
  }

  private softBounce(reason: string): Action {
    if (this.namesOther()) return this.otherMailbox()
    const bounces = this.count()
    const enough = this.rulePolicy.suppress
    if (enough && this.says.fault === 'recipient' && isEnough(bounces, enough)) {
      return this.suppress(
        `${this.rule}: ${bounces.count} failed sends in a row; no more mail to this recipient`,
      )
    }
    return this.end('soft-bounce', `${reason}; failed send ${bounces.count} in a row`)
  }

  /** The reply may be about somebody else, such as the target of a forwarding: nothing is counted. */
  private otherMailbox(): Action {
    return this.end('soft-bounce', `${this.rule}: the reply names another mailbox; not counted`)
  }

  private suppress(reason: string): SuppressAction {
    const suppression: Suppression = {
      recipient: this.attempt.address,
      origin: 'reply',
      streams: ['*'],
      at: this.now,
      rule: this.rule,
      rulesVersion: this.attempt.rulesVersion,
      reply: this.says.text.slice(0, longestReply),
      messageId: this.attempt.messageId,
      note: null,
    }
    const action = this.end('suppress', reason)
    this.recipient = withSuppression(this.recipient, suppression)
    return { ...action, suppression }
  }

  /** Too old. Held against nobody; a mailbox that stayed full all the time has still failed once. */
  private expire(): Action {
    if (this.rulePolicy.afterWaits === 'soft-bounce' && !this.namesOther()) this.count()
    const hours = Math.round((this.expiresAt - this.acceptedAt) / 36_000) / 100
    const action = this.end('fail', `${this.rule}: expired (5.4.7), ${hours} h after it was accepted`)
    return { ...action, expired: true }
  }

  private end<T extends Action['type']>(type: T, reason: string): PlainAction<T, Verdict | null> {
    this.recipient = withoutMessage(this.recipient, this.attempt.messageId)
    return this.action(type, reason)
  }

  private action<T extends Action['type']>(type: T, reason: string): PlainAction<T, Verdict | null> {
    return plainAction(type, this.verdict, this.attempt, this.attempts, reason)
  }

  private namesOther(): boolean {
    return isOtherMailbox(this.says.evidence.address, this.attempt.address)
  }

  private count(): ReturnType<typeof countSoftBounce> {
    const before = this.recipient.softBounces?.find((bounces) => bounces.rule === this.rule)
    const failure = { rule: this.rule, messageId: this.attempt.messageId, at: this.now }
    const bounces = countSoftBounce(before, failure, this.rulePolicy.suppress?.apartSeconds ?? 0)
    this.recipient = withSoftBounces(this.recipient, bounces)
    return bounces
  }

  private keep(waitsOfThisRule: number): void {
    const { messageId: id } = this.attempt
    const others = (messageState(this.recipient, id)?.waits ?? []).filter((wait) => wait.rule !== this.rule)
    const waits = waitsOfThisRule === 0 ? others : [...others, { rule: this.rule, count: waitsOfThisRule }]
    const message = { id, acceptedAt: this.acceptedAt, attempts: this.attempts, waits }
    this.recipient = withMessage(this.recipient, message, this.now, this.policy)
  }

  /** Refused probes go back to hold; everything else that counts towards a hold is counted where it belongs. Behind a relay there is no scope. */
  private touchScopes(): void {
    const { hold } = this.rulePolicy
    const target = hold && !this.concernsOtherDomain() ? holdIndex(hold.scope, hold.perStream === true) : -1
    const refs = scopesOf(this.attempt)
    this.scopes = this.state.scopes.map((scope, index) => {
      const ref = refs[index]
      if (ref === undefined) return scope
      const wasProbe = isProbe(scope.hold, this.attempt)
      if (scope.hold?.rule === this.rule && (wasProbe || isProbeDue(scope.hold, this.now))) {
        const refused = refuseProbe(scope, this.now)
        if (wasProbe) this.nextProbeAt = refused.hold?.until ?? null
        return refused
      }
      // Apple heard it and spoke of the recipient alone: that tells nothing of the hold, so the next may try at once.
      if (wasProbe && this.says.scope === 'recipient') return passProbeOn(scope, this.now)
      if (index !== target || !hold) return scope
      const next = countReply(
        scope,
        hold,
        { rule: this.rule, text: this.says.text.slice(0, longestReply), wasProbe },
        this.now,
      )
      if (next.hold !== undefined && next.hold !== scope.hold) this.effects.push({ type: 'held', hold: ref })
      return next
    })
  }

  /**
   * A refusal for a From domain that is not the envelope sender's is about forwarded mail, most likely: it says nothing
   * about what this sender does.
   */
  private concernsOtherDomain(): boolean {
    if (this.says.fault !== 'sender-auth') return false
    const named = this.says.evidence.domain?.toLowerCase()
    const own = this.attempt.senderDomain
    if (named === undefined || own === null) return false
    return !(named === own || named.endsWith(`.${own}`) || own.endsWith(`.${named}`))
  }

  private heldUntil(): number {
    const seconds = (this.rulePolicy.hold ?? this.policy.otherwise.hold.hold)?.forSeconds ?? 3600
    const ends = this.scopes.flatMap(({ hold }) =>
      isClosed(hold, this.now) && hold.until > this.now ? [hold.until] : [],
    )
    return ends.length === 0 ? this.now + seconds * 1000 : Math.max(...ends)
  }
}

/** Where a scope stands in {@link scopesOf}. */
function holdIndex(scope: HoldRef['scope'], perStream: boolean): number {
  if (scope === 'sending-ip') return 0
  if (scope === 'stream') return 1
  return perStream ? 3 : 2
}
