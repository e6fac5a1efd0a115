import { classify, type Phase, type Verdict } from '@icloud-delivery/rules'
import type { Action, Engine } from '@icloud-delivery/engine'
import type { Decision } from './decision-line.ts'
import { EXPIRED, markFailed } from './dsn.ts'
import type { Address, Todo } from './haraka.ts'
import type { Seen } from './seen.ts'
import type { Fate } from './settle.ts'
import type { MailSubject } from './subject.ts'

/** Who decides about replies, and who is told. */
export interface Judge {
  record: Engine['record']
  subject: MailSubject
  /** How long a message waits that goes on for one recipient alone, in ms. */
  aloneMs: number
  /** How long held mail sleeps before it asks again, in ms. */
  longestParkMs: number
  /** What happens to an Apple reply that deserves another try where the engine cannot be asked. */
  unasked: Fate
  decided(decision: Decision): void
  error(message: string): void
  clock(): number
}

/**
 * Asks the engine about each reply and says what is to become of each recipient. Notes on the recipients that fail what
 * their DSN is to say.
 */
export async function fatesOf(
  todo: Todo,
  replies: ReadonlyMap<Address, Seen | null>,
  judge: Judge,
): Promise<Map<Address, Fate>> {
  const fates = new Map<Address, Fate>()
  const shared = new Map<string, Ruling>()
  for (const [recipient, seen] of replies) {
    if (!seen) {
      fates.set(recipient, { kind: 'host' })
      continue
    }
    let ruling = seen.shared ? shared.get(seen.text) : undefined
    if (!ruling) {
      ruling = aloneFirst(seen, todo, judge) ?? (await ask(todo, recipient, seen, judge))
      // One reply is asked about once: it would otherwise count as many.
      if (seen.shared) shared.set(seen.text, ruling)
    }
    fates.set(recipient, ruling.fate)
    if (ruling.fate.kind === 'bounce') markFailed(recipient, seen, ruling.expired ? EXPIRED : undefined)
    judge.decided(decisionOf(todo, recipient, seen, ruling, judge))
  }
  return fates
}

interface Ruling {
  fate: Fate
  /** The engine's word for it. */
  action: Action['type']
  reason: string
  verdict: Verdict | null
  /** Given up for its age alone. */
  expired: boolean
}

/**
 * A reply that met several recipients and may be about one of them: nobody knows about whom, so nothing is recorded and
 * each is tried by itself. `null` for every other reply.
 */
function aloneFirst(seen: Seen, { mail_from }: Todo, judge: Judge): Ruling | null {
  if (!seen.shared) return null
  const verdict = classify(seen.text, {
    mx: seen.mx,
    sender: seen.returnPath ?? mail_from.address,
    phase: seen.phase,
  })
  const { provider, scope, disposition } = verdict
  if (provider !== 'apple') return null
  if (scope !== 'recipient' && disposition !== 'suppress' && disposition !== 'soft-bounce') return null
  const reason = 'a reply to several recipients that is about one: each is tried alone'
  const fate: Fate = { kind: 'alone', ms: judge.aloneMs, why: reason }
  return { fate, action: 'retry', reason, verdict, expired: false }
}

async function ask(todo: Todo, recipient: Address, seen: Seen, judge: Judge): Promise<Ruling> {
  try {
    const action = await judge.record({
      recipient: recipient.address,
      ...judge.subject,
      ...(seen.returnPath === null ? {} : { sender: seen.returnPath }),
      lane: seen.lane,
      hop: seen.direct ? 'direct' : 'relay',
      messageId: todo.uuid,
      acceptedAt: todo.queue_time,
      outcome: { kind: 'reply', input: seen.text, mx: seen.mx, phase: phaseOf(seen) },
    })
    const { type, reason, verdict, expired } = action
    return { fate: fateOf(action, judge), action: type, reason, verdict, expired }
  } catch (error) {
    judge.error(`the engine gave no answer, Haraka goes on by itself: ${String(error)}`)
    const verdict = classify(seen.text, {
      mx: seen.mx,
      recipient: recipient.address,
      sender: seen.returnPath ?? todo.mail_from.address,
      phase: phaseOf(seen),
    })
    const { disposition, provider, rule } = verdict
    const isEarly = rule === 'unknown-permanent' && (seen.phase === 'connect' || seen.phase === 'helo')
    const again = provider === 'apple' && (disposition === 'retry' || disposition === 'hold' || isEarly)
    const reason = 'the engine gave no answer'
    if (!again) return { fate: { kind: 'host' }, action: 'pass', reason, verdict, expired: false }
    return { fate: judge.unasked, action: 'retry', reason, verdict, expired: false }
  }
}

/**
 * Where only Haraka's record is there to read, a reply that is not one to RCPT may have come before it: it is taken for
 * such a one, which is never held against a recipient.
 */
function phaseOf({ phase }: Seen): Phase {
  return phase ?? 'mail'
}

function fateOf(action: Action, judge: Judge): Fate {
  const ms = Math.max(0, (action.retryAt ?? 0) - judge.clock())
  switch (action.type) {
    case 'retry':
      return { kind: 'later', ms, why: action.reason }
    case 'hold': {
      // The engine names a hold only to the message that made it.
      const holds = action.holds.length > 0 ? action.holds : null
      return { kind: 'later', ms: Math.min(ms, judge.longestParkMs), why: action.reason, behind: holds }
    }
    case 'soft-bounce':
    case 'suppress':
    case 'fail':
      return { kind: 'bounce', why: action.reason }
    case 'pass':
    case 'delivered':
    case 'handed-over':
      return { kind: 'host' }
  }
}

function decisionOf(
  { uuid, notes }: Todo,
  { address }: Address,
  { phase, mx, ip, text }: Seen,
  { action, reason, verdict, fate }: Ruling,
  judge: Judge,
): Decision {
  return {
    message: uuid,
    recipient: address,
    stream: judge.subject.stream,
    rule: verdict?.rule ?? null,
    fault: verdict?.rule ? verdict.fault : null,
    action,
    reason,
    next: 'ms' in fate ? judge.clock() + fate.ms : null,
    phase,
    mx,
    ip,
    findings: notes.icloud?.findings,
    reply: text,
  }
}
