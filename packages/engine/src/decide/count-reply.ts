import { isClosed } from './decide-hold.ts'
import type { HoldPolicy } from '../policy/hold-policy.ts'
import type { CountedReplies, CountedReply, Recent, ScopeState, StoredHold } from '../state/state.ts'

/** A reply that counts towards a hold, and how it counts. */
export interface Heard {
  rule: string
  text: string
  /** It met the probe of this scope. */
  wasProbe: boolean
  /** As in {@link CountedReply}. */
  of?: string | undefined
  author?: string | undefined
  /** It takes replies to the mail of so many: 1, or 2 where one single sender must not close the scope. */
  authors: number
}

/**
 * The replies of a family with this one, or `null` if it changes nothing: the scope is closed already, for as long at
 * least. Pure.
 *
 * @param now ms since the epoch
 */
export function withReply(
  state: ScopeState,
  policy: HoldPolicy,
  heard: Heard,
  now: number,
): CountedReplies | null {
  const open = isClosed(state.hold, now) && !state.hold.halfOpen ? state.hold : undefined
  // What a probe meets is newer, but a rest that ends by itself must not open what only a probe may open.
  const isNews = heard.wasProbe && policy.probeEverySeconds !== null
  if (open && !isNews && open.forSeconds >= policy.forSeconds) return null

  const family = policy.family ?? heard.rule
  const from = now - policy.windowSeconds * 1000
  const before = (state.counts?.find((entry) => entry.family === family)?.replies ?? []).filter(
    ({ at, of }) => at > from && at <= now && (of === undefined || of !== heard.of),
  )
  const reply: CountedReply = { at: now }
  if (heard.of !== undefined) reply.of = heard.of
  if (heard.author !== undefined) reply.author = heard.author
  const counted: CountedReplies = { family, replies: newest([...before, reply], policy.count) }
  return policy.inARow ? { ...counted, inARow: true } : counted
}

/** Whether that many replies close the scope, whatever their share. */
export function isEnough({ replies }: CountedReplies, { count }: HoldPolicy, { authors }: Heard): boolean {
  return (
    replies.length >= count && (authors < 2 || new Set(replies.map(({ author }) => author)).size >= authors)
  )
}

/** Whether they are as large a share of the attempts as it takes. This attempt is not in the numbers yet. */
export function isShare(recent: Recent | undefined, { share }: HoldPolicy): boolean {
  return recent === undefined || share == null || (recent.refused + 1) / (recent.attempts + 1) >= share
}

/** The scope with the replies, or closed by them. */
export function afterReplies(
  state: ScopeState,
  counted: CountedReplies,
  hold: StoredHold | null,
): ScopeState {
  const { counts = [], ...rest } = state
  const others = counts.filter(({ family }) => family !== counted.family)
  if (hold === null) return { ...rest, counts: [...others, counted] }
  return others.length === 0 ? { ...rest, hold } : { ...rest, hold, counts: others }
}

/** Without the replies that an acceptance takes back; the same object if there are none. */
export function withoutRow(state: ScopeState): ScopeState {
  if (state.counts === undefined || !state.counts.some(({ inARow }) => inARow)) return state
  const { counts, ...rest } = state
  const others = counts.filter(({ inARow }) => !inARow)
  return others.length === 0 ? rest : { ...rest, counts: others }
}

/** The latest ones. An author's older replies go before the only one of another author. */
function newest(replies: readonly CountedReply[], most: number): readonly CountedReply[] {
  if (replies.length <= most) return replies
  const dropped = replies.findIndex(({ author }, index) =>
    replies.some((later, place) => place > index && later.author === author),
  )
  return newest(
    replies.filter((_, index) => index !== Math.max(dropped, 0)),
    most,
  )
}
