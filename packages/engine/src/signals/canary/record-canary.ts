import type { Action } from '../../record/action.ts'
import { record } from '../../record/record.ts'
import type { RecordRequest } from '../../record/outcome.ts'
import { nameOf } from '../../subject.ts'
import type { CanaryBook } from './canary-book.ts'
import { canaryReplyOf, replyField } from './canary-replies.ts'
import { canaryKey, seatOf } from './canary-state.ts'
import type { Parts } from '../../engine-core.ts'

const dayMs = 86_400_000

/** `record` for a campaign: counts the outcome, if it is one that the rest of the campaign waits for. */
export async function recordCanary(parts: Parts, book: CanaryBook, request: RecordRequest): Promise<Action> {
  const action = await record(parts, request)
  // What is buffered counts when the ledger has it.
  if (action.durable && !action.buffered) await countForCanary(parts, book, request, action)
  return action
}

/** Counts an outcome that the ledger has. Without a campaign that has a canary it does nothing. */
export async function countForCanary(
  parts: Parts,
  book: CanaryBook,
  request: RecordRequest,
  action: Action,
): Promise<void> {
  const campaign = nameOf(request.campaign, '', 'record', 'campaign')
  const reply = canaryReplyOf(action)
  if (
    campaign === '' ||
    request.hop === 'relay' ||
    request.late !== undefined ||
    reply === null ||
    book.isFree(campaign)
  )
    return
  try {
    await parts.patience.run(() => count(parts, book, campaign, request.recipient, action, reply))
  } catch {
    // The outcome itself is recorded. If its count is missing, the wait ends by the clock.
  }
}

/** Counts one outcome on a direct hop, and decides if that is enough. */
async function count(
  parts: Parts,
  book: CanaryBook,
  campaign: string,
  recipient: string,
  action: Action,
  reply: NonNullable<ReturnType<typeof canaryReplyOf>>,
): Promise<void> {
  const state = await book.look(campaign)
  const seat = seatOf(parts.mailboxOf, campaign, recipient)
  const place = seat === null ? -1 : (state?.seats?.indexOf(seat) ?? -1)
  if (state === null || place < 0) return
  const group = canaryKey(campaign)
  const field = replyField(place, reply, action.verdict?.rule ?? null)
  const keepMs = state.waitSeconds * 1000 + dayMs
  await parts.ledger.write([], [], [{ group, field, by: 1, at: parts.clock(), keepMs }])
  await book.judge(campaign)
}
