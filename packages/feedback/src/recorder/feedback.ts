import type { Engine, Late, RecordRequest } from '@icloud-delivery/engine'
import { createHash } from 'node:crypto'
import { argument } from '../errors.ts'
import { having, text } from '../options/check.ts'
import { checkOptions, type Checks } from '../options/check-options.ts'
import { isAddress } from './address.ts'
import { isApplesHost, isAtApple } from './apple-host.ts'
import { isKnownOfApple } from './known-of-apple.ts'
import type { LateReply } from './late-reply.ts'
import type { LateResult, LateStatus } from './late-result.ts'

/** What {@link createFeedback} takes. */
export interface FeedbackOptions {
  /** What remembers. Stays yours: close it when all sources are done. */
  engine: Engine
  /**
   * The lane of reports that name none. Not one that you send on yourself, as what somebody else's IP is refused for must
   * not hold your own. Default `relayed`.
   */
  lane?: string
}

/** Takes what sources report. Made by {@link createFeedback}. */
export interface Feedback {
  readonly engine: Engine
  /**
   * Remembers one outcome, once for each `id`, and says what became of it. Resolves when it is on disk, so that a source may
   * acknowledge it or move on: unless the status is `failed`. Does not reject for anything that a report may hold. Any number
   * may run at once; those of one recipient wait for each other.
   */
  record(reply: LateReply): Promise<LateResult>
}

const anEngine = 'what createEngine gave'
const checks: Checks<FeedbackOptions> = {
  engine: having(anEngine, 'record', 'recordEngagement'),
  lane: text('a name'),
}
const longestId = 1000
const unknownSource = 'nobody can vouch for who said it, so nothing counts'

/**
 * Feeds replies that arrive later to an engine. Sources (bounce messages, webhooks, logs) make a {@link LateReply} of each
 * outcome and give it to `record`:
 *
 * ```ts
 * const feedback = createFeedback({ engine })
 * const { status } = await feedback.record({
 *   id: 'ses:0102018-event:anna@icloud.com',
 *   recipient: 'anna@icloud.com',
 *   messageId: '<1@example.com>',
 *   trust: 'all', // the signature of the webhook was verified
 *   outcome: { kind: 'reply', text: 'smtp; 550 5.1.1 <anna@icloud.com>: user does not exist' },
 *   at: Date.parse('2026-01-01T00:00:00Z'),
 *   lane: 'ses',
 * })
 * if (status === 'failed') throw new Error('tell it again later')
 * ```
 *
 * @throws FeedbackError `EARGUMENT`
 */
export function createFeedback(options: FeedbackOptions): Feedback {
  checkOptions('createFeedback', options, checks)
  const { engine, lane = 'relayed' } = options
  if (engine === undefined) throw argument('createFeedback: engine', anEngine, engine)
  return {
    engine,
    async record(reply) {
      try {
        return await recordOne(engine, lane, reply)
      } catch (error) {
        const { code, message } = error as { code?: unknown; message?: unknown }
        const status = code === 'EARGUMENT' ? 'invalid' : 'failed'
        return result(reply, status, String(message).slice(0, 300))
      }
    },
  }
}

async function recordOne(engine: Engine, lane: string, reply: LateReply): Promise<LateResult> {
  const { outcome, recipient } = reply
  if (!isAddress(recipient)) return result(reply, 'invalid', 'the recipient is no address')
  const id = reply.id === null ? undefined : shortened(reply.id)
  if (outcome.kind === 'complaint' || outcome.kind === 'unsubscribe') {
    if (reply.trust === 'none') return result(reply, 'listed', unknownSource)
    const { at } = reply
    const stream = outcome.kind === 'unsubscribe' ? (outcome.stream ?? reply.stream) : undefined
    const done = await engine.recordEngagement(recipient, outcome.kind, {
      ...(at !== undefined && { at }),
      ...(stream !== undefined && { stream }),
      ...(id !== undefined && { id }),
    })
    return done === null
      ? result(reply, 'duplicate', 'told before, and not counted again')
      : result(reply, 'recorded', `${outcome.kind}: suppressed for ${done.streams.join(', ')}`)
  }

  const host = outcome.kind === 'esp-suppressed' ? null : (outcome.host ?? null)
  const isFromApple = host !== null && isApplesHost(host, recipient)
  if (outcome.kind === 'delivered' && !(host === null ? isAtApple(recipient) : isFromApple))
    return result(reply, 'not-apple', 'another host took it')

  if (outcome.kind === 'reply' && host === null && !isKnownOfApple(reply, outcome))
    return result(reply, 'not-apple', 'no host is named, and the words are none that Apple is known for')
  if (reply.trust === 'none') return result(reply, 'listed', unknownSource)

  // Whoever quotes Apple is believed for the recipient alone.
  const isAbout = reply.trust === 'all' && (host === null || isFromApple) ? 'all' : 'recipient'
  const late: Late = { about: isAbout }
  if (id !== undefined) late.id = id
  if (reply.at !== undefined) late.at = reply.at
  if (reply.rememberUntil !== undefined) late.until = reply.rememberUntil
  if (reply.mailbox !== undefined) late.mailbox = reply.mailbox
  if (outcome.kind === 'reply' && outcome.final === false) late.final = false
  const { sender = '', stream, from, campaign, submitter } = reply
  const request: RecordRequest = {
    recipient,
    sender,
    messageId: reply.messageId ?? `report ${id ?? ''}`,
    lane: reply.lane ?? lane,
    outcome:
      outcome.kind === 'reply'
        ? { kind: 'reply', input: outcome.text, mx: host, phase: outcome.phase ?? null }
        : withoutHost(outcome),
    late,
    ...(stream !== undefined && { stream }),
    ...(from !== undefined && { from }),
    ...(campaign !== undefined && { campaign }),
    ...(submitter !== undefined && { submitter }),
  }
  const action = await engine.record(request)
  const answer = (status: LateStatus): LateResult => ({
    ...result(reply, status, action.reason),
    action,
  })
  if (action.type === 'pass') {
    if (action.duplicate) return answer('duplicate')
    if (outcome.kind === 'esp-suppressed') return answer('recorded')
    return answer(action.verdict?.provider === 'apple' ? 'outdated' : 'not-apple')
  }
  return answer(action.durable ? 'recorded' : 'failed')
}

type Kept = Exclude<LateReply['outcome'], { kind: 'reply' | 'complaint' | 'unsubscribe' }>

function withoutHost(outcome: Kept): RecordRequest['outcome'] {
  if (outcome.kind === 'esp-suppressed') return outcome
  return { kind: 'delivered', ...(outcome.text !== undefined && { text: outcome.text }) }
}

function shortened(id: string): string {
  return id.length <= longestId ? id : createHash('sha256').update(id).digest('base64url')
}

function result(reply: LateReply, status: LateStatus, reason: string): LateResult {
  const { recipient, messageId } = reply
  return { status, recipient, messageId, action: null, reason }
}
