import type { Verdict } from '@icloud-delivery/rules'
import type { Action, SuppressAction } from '../record/action.ts'
import { isOtherMailbox } from '../address.ts'
import {
  attemptsOf,
  plainAction,
  type Attempt,
  type Decision,
  type Effect,
  type PlainAction,
} from './attempt.ts'
import { isClosed } from './decide-hold.ts'
import { countSoftBounce, isEnough } from './decide-soft-bounce.ts'
import { pauseOf, withNextTry } from './pause.ts'
import type { Policy, RulePolicy } from '../policy/policy.ts'
import { isFinal } from '../record/late.ts'
import { quarantineStep } from './quarantine.ts'
import {
  messageState,
  withMessage,
  withoutMessage,
  withSoftBounces,
  withSuppression,
} from '../state/recipient-state.ts'
import { importantAlert, keptReply, replySuppression } from './reply-suppression.ts'
import { expiryOf, retryTime, waitSeconds } from './retry-time.ts'
import { touchAside } from './touch-aside.ts'
import { touchScopes } from './touch-scopes.ts'
import type { RecipientState, ScopeState, State } from '../state/state.ts'

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
  private readonly deliverBy: number | undefined
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
    const message = messageState(state.recipient, attempt.messageId)
    this.acceptedAt = Math.min(attempt.acceptedAt ?? message?.acceptedAt ?? now, now)
    this.deliverBy = attempt.deliverBy ?? message?.deliverBy
    this.expiresAt = expiryOf(
      { acceptedAt: this.acceptedAt, deliverBy: this.deliverBy },
      attempt.stream,
      policy,
    )
    this.attempts = attemptsOf(state.recipient, attempt)
  }

  decide(): Decision {
    this.touchScopes()
    const { aside, effects } = touchAside(
      this.state,
      this.rulePolicy,
      { rule: this.rule, reply: keptReply(this.says.text), isOthers: this.namesOther() },
      this.attempt,
      this.now,
    )
    this.effects.push(...effects)
    if (slowsLane(this.rule, this.says.fault) && this.attempt.hop !== 'relay')
      this.effects.push({ type: 'slow', lane: this.attempt.lane, rule: this.rule })
    const action = this.act()
    action.holds = this.effects.filter((effect) => effect.type === 'held').map((effect) => effect.hold)
    const nextState = { ...aside, recipient: this.recipient, scopes: this.scopes }
    return { action, nextState, effects: this.effects }
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
    if (isFinal(this.attempt.late)) return this.givenUp()
    const used =
      messageState(this.recipient, this.attempt.messageId)?.waits.find((w) => w.rule === this.rule)?.count ??
      0
    // Who sends it goes on trying, whatever we would do.
    if (this.attempt.late !== undefined) return this.wait(used)
    if (this.pauses()) return this.softBounce(`${this.rule}: mail of this stream pauses, and was tried once`)
    const seconds = waitSeconds(this.rulePolicy, used, this.policy, this.attempt.random)
    if (seconds === null) return this.softBounce(`${this.rule}: ${used} waits used up`)
    return this.wait(used, seconds)
  }

  /** It is tried again, after that many seconds or the longest that there is. */
  private wait(used: number, seconds = this.rulePolicy.waitsSeconds?.at(-1) ?? 0): Action {
    const at = retryTime(this.now, seconds, this.policy.topOfHour, this.attempt.random)
    const retryAt = Math.min(at, this.expiresAt)
    this.keep(used + 1)
    if (this.rulePolicy.slowsRecipient) {
      this.recipient = { ...this.recipient, deferred: { until: retryAt, rule: this.rule } }
    }
    const why = this.attempt.incident === undefined ? '' : '; trouble at Apple, held against nobody'
    return {
      ...this.action('retry', `${this.rule}: try ${this.attempts} came to nothing for now${why}`),
      retryAt,
    }
  }

  private hold(until: number): Action {
    if (isFinal(this.attempt.late)) return this.givenUp()
    if (this.now >= this.expiresAt) return this.expire()
    this.keep(0)
    const reason =
      this.says.evidence.list === 'PBL'
        ? `${this.rule}: this IP must not send to Apple itself; send through a relay`
        : `${this.rule}: held until Apple takes mail from here again`
    return { ...this.action('hold', reason), retryAt: Math.min(until, this.expiresAt) }
  }

  /** Whoever sent it does not try again. Held against nobody, unless the policy counts that too. */
  private givenUp(): Action {
    const reason = `${this.rule}: given up by the host that sent it`
    if (this.rulePolicy.afterWaits === 'soft-bounce') return this.softBounce(reason)
    return this.end('fail', `${reason}, nothing held against the recipient`)
  }

  private suppressOrLess(): Action {
    if (this.says.fault !== 'recipient') {
      return this.end('fail', `${this.rule}: not the recipient's fault; nothing held against the recipient`)
    }
    if (this.namesOther()) return this.otherMailbox()
    switch (quarantineStep(this.recipient, this.rulePolicy.quarantine, this.now)) {
      case 'begin':
        return this.quarantine()
      case 'wait':
        return this.end('soft-bounce', `${this.rule}: quarantined already; not counted`)
      case 'suppress':
        return this.suppress(`${this.rule}: no more mail to this recipient`)
    }
  }

  /** It worked a short while ago: Apple's own trouble looks like this too. */
  private quarantine(): Action {
    const seconds = this.rulePolicy.quarantine?.quarantineSeconds ?? 0
    const quarantine = {
      rule: this.rule,
      at: this.now,
      until: this.now + seconds * 1000,
      reply: keptReply(this.says.text),
      messageId: this.attempt.messageId,
    }
    this.recipient = { ...this.recipient, quarantine }
    return this.end(
      'soft-bounce',
      `${this.rule}: Apple took mail for this recipient lately, so it is quarantined until a second reply says the same`,
    )
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
    const { quarantine = null, ...rest } = this.recipient
    const confirmed = quarantine?.rule === this.rule ? quarantine : null
    const suppression = replySuppression(this.rule, this.says.text, this.attempt, this.now, confirmed)
    const isNews = !rest.suppressions?.some(({ origin }) => origin === 'reply')
    if (rest.important && isNews) this.effects.push({ type: 'alert', alert: importantAlert(suppression) })
    this.recipient = withSuppression(rest, suppression)
    return { ...this.end('suppress', reason), suppression }
  }

  /** Too old. Held against nobody; a mailbox that stayed full all the time has still failed once. */
  private expire(): Action {
    if (this.rulePolicy.afterWaits === 'soft-bounce' && !this.namesOther()) this.count()
    const hours = Math.round(Math.max(this.expiresAt - this.acceptedAt, 0) / 36_000) / 100
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
    const { recipient, sameMailbox = false, late } = this.attempt
    return [this.says.evidence.address, late?.mailbox].some((named) =>
      isOtherMailbox(named, recipient, sameMailbox),
    )
  }

  private pauses(): boolean {
    return this.rulePolicy.pause != null && pauseOf(this.recipient, this.attempt.stream, this.policy) !== null
  }

  private count(): ReturnType<typeof countSoftBounce> {
    const before = this.recipient.softBounces?.find((bounces) => bounces.rule === this.rule)
    const failure = { rule: this.rule, messageId: this.attempt.messageId, at: this.now }
    const { suppress, pause } = this.rulePolicy
    const counted = countSoftBounce(before, failure, suppress?.apartSeconds ?? 0)
    const bounces = withNextTry(counted, pause, this.attempt.stream, this.now)
    this.recipient = withSoftBounces(this.recipient, bounces)
    return bounces
  }

  private keep(waitsOfThisRule: number): void {
    const { messageId: id } = this.attempt
    const others = (messageState(this.recipient, id)?.waits ?? []).filter((wait) => wait.rule !== this.rule)
    const waits = waitsOfThisRule === 0 ? others : [...others, { rule: this.rule, count: waitsOfThisRule }]
    const { acceptedAt, deliverBy, attempts } = this
    const message = { id, acceptedAt, ...(deliverBy !== undefined && { deliverBy }), attempts, waits }
    this.recipient = withMessage(this.recipient, message, this.now, this.policy)
  }

  private touchScopes(): void {
    const { verdict, says, rule, rulePolicy } = this
    const touched = touchScopes(
      { verdict, says, rule, rulePolicy },
      this.state,
      this.now,
      this.policy,
      this.attempt,
    )
    this.scopes = touched.scopes
    this.nextProbeAt = touched.nextProbeAt
    this.effects.push(...touched.effects)
  }

  private heldUntil(): number {
    const seconds = (this.rulePolicy.hold ?? this.policy.otherwise.hold.hold)?.forSeconds ?? 3600
    const ends = this.scopes.flatMap(({ hold }) =>
      isClosed(hold, this.now) && hold.until > this.now ? [hold.until] : [],
    )
    return ends.length === 0 ? this.now + seconds * 1000 : Math.max(...ends)
  }
}

/** Apple asks for less, or has too much to do. `rate-limited` is about one recipient. */
function slowsLane(rule: string, fault: Verdict['fault']): boolean {
  return (fault === 'rate' && rule !== 'rate-limited') || fault === 'provider'
}
