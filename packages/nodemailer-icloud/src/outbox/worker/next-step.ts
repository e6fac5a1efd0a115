import type { RejectedError } from '../../errors.ts'
import type { Settled, TryAgain } from '../../settled.ts'
import type { OutboxOutcome, OutboxRecipient } from '../entry.ts'
import { backOff } from './back-off.ts'

/** What follows from a try: the end, or another one later. */
export type NextStep = { outcome: OutboxOutcome } | { waits: OutboxRecipient }

/** What {@link nextStep} has to know besides. */
export interface StepContext {
  now: number
  /** ms since the epoch: no try may be later. */
  expiresAt: number
  /** Try again where the connection broke after the whole body. */
  retryAmbiguous: boolean
  random: () => number
}

const decided: ReadonlySet<string> = new Set(['ESUPPRESSED', 'ESOFTBOUNCE', 'EREFUSED'])
const waiting: ReadonlySet<string> = new Set(['EHELD', 'ERETRYEXHAUSTED'])
/** What is wrong with the session, such as a password that was changed, is no fault of the message. */
const sessionCodes: ReadonlySet<string> = new Set([
  ...['EAUTH', 'ENOAUTH', 'EOAUTH2', 'ECONFIG', 'EPROXY', 'ETLS', 'EDNS'],
  ...['ECONNECTION', 'ESOCKET', 'ETIMEDOUT', 'EPROTOCOL', 'ECONNRESET', 'EPIPE', 'EABORT'],
])
const longestMessage = 500

/** Makes of the end of one try what happens to the recipient next. Pure. */
export function nextStep(
  recipient: OutboxRecipient,
  result: Settled | TryAgain | undefined,
  context: StepContext,
): NextStep {
  const { now, expiresAt, retryAmbiguous, random } = context
  const tries = recipient.tries + 1
  const end = (state: OutboxOutcome['state'], code: string | null, failure: RejectedError | null): NextStep => ({
    outcome: {
      recipient: recipient.address,
      state,
      code,
      rule: failure?.rule ?? null,
      verdict: failure?.verdict ?? null,
      message: failure?.message.slice(0, longestMessage) ?? '',
      ambiguous: failure?.ambiguous ?? false,
      tries,
      at: now,
    },
  })
  if (result === undefined) return { waits: { ...recipient, nextAt: now + backOff(1, random) } }
  if (result.state === 'accepted' || result.state === 'pending') return end('delivered', null, null)

  const { failure } = result
  const { code, rule, message } = failure
  const isOver = code === 'EREFUSED' && (failure.action === null || failure.action.expired)
  if (decided.has(code)) return end('undelivered', isOver ? 'EEXPIRED' : code, failure)
  const engineSays = result.state === 'again' || waiting.has(code)
  if (!engineSays) {
    if (failure.ambiguous && !retryAmbiguous) return end('undelivered', code, failure)
    if (failure.permanent && !sessionCodes.has(code)) return end('undelivered', code, failure)
  }
  const said = result.state === 'again' ? result.retryAt : waiting.has(code) ? failure.retryAt : null
  const nextAt = said ?? now + backOff(tries, random)
  if (now >= expiresAt || (nextAt > expiresAt && said === null)) return end('undelivered', 'EEXPIRED', failure)
  const last = { code, rule, message: message.slice(0, longestMessage) }
  return { waits: { address: recipient.address, tries, nextAt, last } }
}

