import { classify } from '@icloud-delivery/rules'
import type { Action, Engine } from '@icloud-delivery/engine'
import { decisionLine } from './decision-line.ts'
import { EXPIRED, markFailed } from './dsn.ts'
import type { Address, Todo } from './haraka.ts'
import type { Seen } from './seen.ts'
import type { Fate } from './settle.ts'

/** Who decides about replies, and who is told. */
export interface Judge {
  record: Engine['record']
  stream: string
  lane: string
  /** How long a message waits that goes on for one recipient alone, in ms. */
  aloneMs: number
  /** What happens to an Apple reply that deserves another try where the engine cannot be asked. */
  unasked: Fate
  log(line: string): void
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
      ruling =
        seen.shared && mayBeAboutOne(seen, todo)
          ? { fate: { kind: 'alone', ms: judge.aloneMs, why: 'A reply to several recipients' }, action: null }
          : await ask(todo, recipient, seen, judge)
      // One reply is asked about once: it would otherwise count as many.
      if (seen.shared) shared.set(seen.text, ruling)
    }
    fates.set(recipient, ruling.fate)
    if (ruling.fate.kind === 'bounce')
      markFailed(recipient, seen, isExpired(ruling.action) ? EXPIRED : undefined)
    judge.log(lineOf(todo, recipient, seen, ruling, judge.clock()))
  }
  return fates
}

interface Ruling {
  fate: Fate
  /** `null` if the engine was not asked. */
  action: Action | null
}

/** Whether a reply that met several recipients may be about one of them: then nobody knows about whom. */
function mayBeAboutOne(seen: Seen, todo: Todo): boolean {
  const verdict = classify(seen.text, { mx: seen.mx, sender: todo.mail_from.address })
  if (verdict.provider !== 'apple') return false
  return (
    verdict.scope === 'recipient' ||
    verdict.disposition === 'suppress' ||
    verdict.disposition === 'soft-bounce'
  )
}

async function ask(todo: Todo, recipient: Address, seen: Seen, judge: Judge): Promise<Ruling> {
  try {
    const action = await judge.record({
      recipient: recipient.address,
      sender: todo.mail_from.address,
      stream: judge.stream,
      lane: judge.lane,
      hop: seen.direct ? 'direct' : 'relay',
      messageId: todo.uuid,
      acceptedAt: todo.queue_time,
      outcome: { kind: 'reply', input: seen.text, mx: seen.mx },
    })
    return { fate: fateOf(action, judge.clock()), action }
  } catch (error) {
    judge.error(`the engine gave no answer, Haraka goes on by itself: ${String(error)}`)
    const { provider, disposition } = classify(seen.text, { mx: seen.mx, recipient: recipient.address })
    const again = provider === 'apple' && (disposition === 'retry' || disposition === 'hold')
    return { fate: again ? judge.unasked : { kind: 'host' }, action: null }
  }
}

function fateOf(action: Action, now: number): Fate {
  switch (action.type) {
    case 'retry':
    case 'hold':
      return { kind: 'later', ms: Math.max(0, (action.retryAt ?? now) - now), why: action.reason }
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

/** The engine gives up what it would otherwise have tried again only when the message is too old. */
function isExpired(action: Action | null): boolean {
  const disposition = action?.verdict?.disposition
  return action?.type === 'fail' && (disposition === 'retry' || disposition === 'hold')
}

function lineOf(todo: Todo, recipient: Address, seen: Seen, { fate, action }: Ruling, now: number): string {
  return decisionLine({
    message: todo.uuid,
    recipient: recipient.address,
    action: action?.type ?? (fate.kind === 'host' ? 'pass' : 'retry'),
    reason: action?.reason ?? ('why' in fate ? fate.why : ''),
    verdict: action?.verdict ?? null,
    next: 'ms' in fate ? now + fate.ms : null,
    phase: seen.phase,
    mx: seen.mx,
    reply: seen.text,
  })
}
