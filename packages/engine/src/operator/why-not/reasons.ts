import { covers } from '../../admit/covers.ts'
import type { AdmitRequest } from '../../admit/admission.ts'
import type { Policy } from '../../policy/policy.ts'
import type { AddressRelease } from '../release-request.ts'
import type { HoldRef } from '../../record/action.ts'
import { spanWords } from '../../span-words.ts'
import type { Suppression } from '../../state/suppression.ts'
import type { WhyNot } from './why-not.ts'
import { name, ruleWords, streamWords, time } from './words.ts'

/** Something that stands in the way of mail, or did. */
export interface Reason {
  /** One plain sentence. Holds no remote text. */
  text: string
  /** What can be done about it, in plain words; `null` if nothing has to be. */
  remedy: string | null
  /** What {@link Engine.release} takes to end it, as far as the remedy speaks of releasing; else `null`. Names are as they came. */
  release: AddressRelease | { hold: HoldRef } | { campaign: string } | null
}

type Known = Omit<WhyNot, 'reasons'>

/** The reasons why mail does not arrive, the most important first. Pure. */
export function reasonsOf(known: Known, request: AdmitRequest, now: number, policy: Policy): Reason[] {
  const stream = request.stream ?? 'transactional'
  const address = known.recipient
  const first = (one: Suppression): boolean => known.admission !== null && covers(one, stream)
  const suppressions = [
    ...known.suppressions.filter((one) => first(one)),
    ...known.suppressions.filter((one) => !first(one)),
  ]
  const reasons = [
    ...suppressions.map((one) => suppressed(one, address)),
    ...waiting(known, request, stream, now),
    ...known.holds.map(({ scope, id, rule, since, until, halfOpen }) => ({
      text: `the ${scope} ${name(id)} has been held since ${time(since)}, ${
        halfOpen ? 'and goes on some at a time as Apple took a probe' : `until ${time(until)} at least`
      }: ${ruleWords(rule)}`,
      remedy: 'remove the cause; releasing the hold opens it at once',
      release: { hold: { scope, id } },
    })),
    ...counted(known, policy),
    ...lastRefusal(known),
    ...listedElsewhere(known),
  ]
  if (reasons.length > 0) return reasons
  const isKnown = known.lastDeliveredAt !== null || known.events.length > 0 || known.messages.length > 0
  const text = isKnown ? 'nothing stands against it' : 'nothing is known about this address'
  return [{ text, remedy: null, release: null }]
}

const origins: Readonly<Record<Exclude<Suppression['origin'], 'reply'>, string>> = {
  unsubscribe: 'the reader unsubscribed',
  complaint: 'the reader complained',
  import: 'it was imported',
  operator: 'an operator asked for it',
}

function suppressed({ origin, rule, streams, at }: Suppression, address: string): Reason {
  const since = `suppressed for ${streamWords(streams)} since ${time(at)}`
  if (origin === 'reply') {
    return {
      text: `${since}: Apple's reply was ${ruleWords(rule)}`,
      remedy: 'release the address, if Apple was wrong or the mailbox is back',
      release: { address },
    }
  }
  return {
    text: `${since}: ${origins[origin]}`,
    remedy: `release the address, only if ${
      origin === 'unsubscribe' || origin === 'complaint' ? 'the reader asks for it' : 'that was a mistake'
    }`,
    release: { address, origin },
  }
}

function waiting(known: Known, { campaign }: AdmitRequest, stream: string, now: number): Reason[] {
  const { admission, deferred, quarantine, recipient: address } = known
  const reasons: Reason[] = []
  if (quarantine) {
    const { rule, at, until } = quarantine
    const then = now < until ? `no mail until ${time(until)}, and ` : ''
    const text = `in doubt since ${time(at)}, as Apple took mail for it a short while before: ${then}a second reply like that suppresses it: ${ruleWords(rule)}`
    reasons.push({ text, remedy: 'wait; releasing the address ends the doubt', release: { address } })
  }
  if (deferred) {
    const text = `Apple slows this recipient down until ${time(deferred.until)}: ${ruleWords(deferred.rule)}`
    reasons.push({ text, remedy: 'wait; releasing the address ends the waiting', release: { address } })
  }
  if (admission === null || admission.decision === 'suppressed') return reasons
  if (admission.decision === 'send') {
    const isSuppressed = known.suppressions.some((one) => covers(one, stream))
    if (isSuppressed)
      reasons.push({ text: `mail goes all the same: ${admission.reason}`, remedy: null, release: null })
    return reasons
  }
  // What has a sentence of its own: holds, and what is known of the recipient.
  const own = [deferred, quarantine, ...known.softBounces.filter(({ nextTryAt }) => nextTryAt !== null)]
  // A test batch is released by its campaign.
  const hold = admission.rule === 'canary' ? null : admission.hold
  const isHeld =
    hold !== null &&
    known.holds.some(({ scope, id, halfOpen }) => scope === hold.scope && id === hold.id && !halfOpen)
  if (isHeld || own.some((one) => one?.rule === admission.rule)) return reasons
  const until =
    admission.retryAt !== null && admission.retryAt > now ? ` until ${time(admission.retryAt)}` : ''
  const text = `${admission.decision}${until}: ${admission.reason}`
  const all = 'lets all of it go'
  // Open again, but not to everybody, or not to all at once.
  if (hold) {
    const release = { hold: { scope: hold.scope, id: hold.id } }
    return [...reasons, { text, remedy: `releasing the hold ${all}`, release }]
  }
  if (admission.rule === 'canary' && campaign !== undefined)
    return [...reasons, { text, remedy: `releasing the campaign ${all}`, release: { campaign } }]
  return [...reasons, { text, remedy: null, release: null }]
}

function counted({ softBounces, recipient: address }: Known, policy: Policy): Reason[] {
  return softBounces.map(({ rule, count, firstAt, lastAt, nextTryAt }) => {
    const enough = policy.rules[rule]?.suppress
    const more = enough
      ? `; suppressed after ${enough.failures} over ${spanWords(enough.overSeconds)}`
      : '; that never suppresses anybody'
    const streams = policy.rules[rule]?.pause?.streams ?? []
    const pause =
      nextTryAt === null
        ? ''
        : `; ${streamWords(streams)} pauses, and is tried once from ${time(nextTryAt)} on`
    const span = firstAt === lastAt ? `on ${time(lastAt)}` : `from ${time(firstAt)} to ${time(lastAt)}`
    return {
      text: `${count} failed send${count === 1 ? '' : 's'} in a row, ${span}: ${ruleWords(rule)}${more}${pause}`,
      remedy: 'the next message that Apple accepts clears the count, as releasing the address does',
      release: { address },
    }
  })
}

const failures: Readonly<Record<string, string>> = {
  fail: 'was given up',
  hold: 'was held',
  retry: 'was refused for now',
}

/** An ESP does not even try: no suppression of ours, and in the way all the same. */
function listedElsewhere({ events }: Known): Reason[] {
  const last = events.find(({ type }) => type === 'delivered' || type === 'esp-suppressed')
  if (last === undefined || last.type === 'delivered') return []
  const { by } = last.data
  const whose = typeof by === 'string' && by !== '' ? name(by) : 'an ESP'
  return [
    {
      text: `${whose} did not send a message on ${time(last.at)}, as the address is on a list of its own`,
      remedy: 'take it off that list, if the address is good; Apple was not asked',
      release: null,
    },
  ]
}

/** The last thing that happened to a message, if it was a refusal that left nothing else behind. */
function lastRefusal({ events }: Known): Reason[] {
  const last = events.find(({ type }) => type === 'delivered' || Object.hasOwn(failures, type))
  if (last === undefined || last.type === 'delivered') return []
  const { rule, retryAt } = last.data
  const what = typeof rule === 'string' ? ruleWords(rule) : 'no rule'
  const next =
    last.type === 'retry' && typeof retryAt === 'number'
      ? `, and is to be tried again on ${time(retryAt)}`
      : ''
  const isHeldAgainst = 'nothing is held against the recipient'
  return [
    {
      text: `the last message ${failures[last.type]} on ${time(last.at)}${next}: ${what}; ${isHeldAgainst}`,
      remedy: null,
      release: null,
    },
  ]
}
