import type { CanaryBook } from './canary-book.ts'
import { checkCanary, type CanaryOptions } from './canary-options.ts'
import { canaryKey, canaryPrefix, type CanaryReplies, type CanaryState } from './canary-state.ts'
import type { Parts } from '../../engine-core.ts'
import { untilWritten } from '../../ledger/conflict.ts'
import { nameOf } from '../../subject.ts'

/** How a canary stands. */
export interface Canary {
  /** The campaign. */
  id: string
  size: number
  waitSeconds: number
  maxBad: number
  maxRecipientFaults: number
  /** ms since the epoch. */
  declaredAt: number
  /** Recipients that were let go; 0 after the verdict. */
  asked: number
  replies: CanaryReplies
  /** `go`: the rest goes. `stop`: it is held until the campaign is released. `null`: it waits. */
  verdict: 'go' | 'stop' | null
  /** Of the verdict, with numbers. */
  reason: string | null
}

/** What ended or began so many ms ago is forgotten when the next one is declared. */
const keptMs = 30 * 86_400_000

/** Answers {@link Engine.canary}. What has begun keeps its numbers. */
export async function declareCanary(parts: Parts, book: CanaryBook, options: CanaryOptions): Promise<Canary> {
  const { id, ...numbers } = checkCanary(options)
  const { ledger, clock } = parts
  await forgetOld(parts)
  const state = await untilWritten(async () => {
    const entry = await book.read(id)
    const hasBegun =
      entry !== null && (entry.value.firstAt !== undefined || entry.value.verdict !== undefined)
    if (hasBegun) return entry.value
    const value: CanaryState = { ...numbers, declaredAt: clock() }
    const event = { at: clock(), type: 'canary', subject: id, data: numbers }
    const change = { key: canaryKey(id), expected: entry?.version ?? 0, value }
    return (await ledger.write([change], [event])) ? value : undefined
  })
  book.forget(id)
  return statusOf(book, id, state)
}

/** Answers {@link Engine.canaries}. */
export async function allCanaries(parts: Parts, book: CanaryBook): Promise<Canary[]> {
  const all: Canary[] = []
  for await (const { key, value } of parts.ledger.list(canaryPrefix))
    all.push(await statusOf(book, key.slice(canaryPrefix.length), value as CanaryState))
  return all
}

/** Lets the rest of a campaign go by hand. 1 if it had to wait, else 0. */
export async function releaseCanary(parts: Parts, book: CanaryBook, campaign: string): Promise<number> {
  const id = nameOf(campaign, '', 'release', 'campaign')
  return untilWritten(async () => {
    const entry = await book.read(id)
    if (entry === null || entry.value.verdict?.type === 'go') return 0
    const replies = entry.value.verdict?.replies ?? (await book.repliesOf(id))
    const verdict = { type: 'go', at: parts.clock(), reason: 'released by hand', replies } as const
    return (await book.end(id, entry, verdict)) ? 1 : undefined
  })
}

async function statusOf(book: CanaryBook, id: string, state: CanaryState): Promise<Canary> {
  const { size, waitSeconds, maxBad, maxRecipientFaults, declaredAt, seats, verdict } = state
  return {
    id,
    size,
    waitSeconds,
    maxBad,
    maxRecipientFaults,
    declaredAt,
    asked: seats?.length ?? 0,
    replies: verdict?.replies ?? (await book.repliesOf(id)),
    verdict: verdict?.type ?? null,
    reason: verdict?.reason ?? null,
  }
}

async function forgetOld({ ledger, clock }: Parts): Promise<void> {
  const before = clock() - keptMs
  for await (const { key, value, version } of ledger.list(canaryPrefix)) {
    const { declaredAt, firstAt = declaredAt, verdict } = value as CanaryState
    if ((verdict?.at ?? firstAt) < before) await ledger.write([{ key, expected: version, value: null }])
  }
}
