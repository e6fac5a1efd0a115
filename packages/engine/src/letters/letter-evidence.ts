import { classify, type Verdict } from '@icloud-delivery/rules'
import type { Ledger, StoredEvent } from '../ledger/ledger.ts'
import { isWithin, type TimeSpan } from '../operator/time-span.ts'
import type { Action } from '../record/action.ts'
import type { Heard } from '../state/suppression.ts'

/** One reply, as it was recorded. */
export interface Sample {
  /** ms since the epoch. */
  at: number
  /** Remote text. */
  reply: string
  transactionId: string | null
  recipient: string
}

/** Replies that say the same. */
export interface ReplyGroup {
  rule: string
  /** Basic code, enhanced code and tag, as far as there are any, such as `554 5.7.1 [HM08]`. */
  code: string
  count: number
  /** ms since the epoch. */
  firstAt: number
  lastAt: number
  /** At most 3, the oldest first: the newest of those with a transaction id, then the newest. */
  samples: readonly Sample[]
}

/** What the event log has of the replies that a letter is about. */
export interface LetterEvidence {
  /** Those with most replies first. */
  groups: readonly ReplyGroup[]
  /** Sending IPs that replies complain of. Remote text, though nothing but digits, letters, dots and colons. */
  ips: readonly string[]
  /** Spamhaus's lists that replies name. */
  lists: readonly string[]
  streams: readonly string[]
  /** False: there was more than is looked at. */
  isComplete: boolean
}

const samplesAGroup = 3
const mostGroups = 1000
const mostNames = 20
const eventsALook = 500
/** Of each type of event. */
const mostEvents = 50_000
const dayMs = 86_400_000
const types: readonly Action['type'][] = ['retry', 'hold', 'soft-bounce', 'suppress', 'fail']

interface Gathering {
  group: Omit<ReplyGroup, 'samples'>
  withId: Sample[]
  withoutId: Sample[]
}

/** Reads the event log for replies of some rules, some hundred lines at a time, and no more than it takes. */
export async function letterEvidence(
  ledger: Pick<Ledger, 'events'>,
  rules: ReadonlySet<string>,
  span: TimeSpan,
): Promise<LetterEvidence> {
  const groups = new Map<string, Gathering>()
  const ips = new Set<string>()
  const lists = new Set<string>()
  const streams = new Set<string>()
  let isComplete = true
  for (const type of types) {
    let before: number | undefined
    for (let read = 0; ; read += eventsALook) {
      if (read >= mostEvents) {
        isComplete = false
        break
      }
      const events = await ledger.events({
        type,
        limit: eventsALook,
        ...(before !== undefined && { before }),
      })
      before = events.at(-1)?.id
      for (const event of events) {
        const { rule, reply, stream } = event.data
        if (typeof rule !== 'string' || !rules.has(rule) || typeof reply !== 'string') continue
        if (!isWithin(span, event.at)) continue
        const { evidence, ...verdict } = understood(event, reply)
        const { ip, list, transactionId = null } = evidence
        if (ip !== undefined && ips.size < mostNames) ips.add(ip.toLowerCase())
        if (list !== undefined) lists.add(list)
        if (typeof stream === 'string' && streams.size < mostNames) streams.add(stream)
        gather(groups, rule, codeOf(verdict), {
          at: event.at,
          reply,
          transactionId,
          recipient: event.subject,
        })
      }
      // What was buffered while the ledger was out of reach is written later than it happened.
      if (before === undefined || events.every(({ at }) => at < span.since - dayMs)) break
      await new Promise(setImmediate)
    }
  }
  return {
    groups: [...groups.values()].map(finished).toSorted((a, b) => b.count - a.count || b.lastAt - a.lastAt),
    ips: [...ips],
    lists: [...lists].toSorted(),
    streams: [...streams].toSorted(),
    isComplete,
  }
}

/** The reply read once more: its tag and transaction id are not kept by themselves. */
function understood(
  { subject, data }: StoredEvent,
  reply: string,
): Pick<Verdict, 'code' | 'enhanced' | 'tag' | 'evidence'> {
  const { mx } = (data.heard ?? {}) as Heard
  const { code, enhanced, tag, evidence } = classify(reply, { recipient: subject, mx })
  return { code, enhanced, tag, evidence }
}

function codeOf({ code, enhanced, tag }: Pick<Verdict, 'code' | 'enhanced' | 'tag'>): string {
  return [code, enhanced, tag === null ? null : `[${tag}]`].filter((part) => part !== null).join(' ')
}

function gather(groups: Map<string, Gathering>, rule: string, code: string, sample: Sample): void {
  const id = `${rule} ${code}`
  let one = groups.get(id)
  if (one === undefined) {
    if (groups.size >= mostGroups) return
    const group = { rule, code, count: 0, firstAt: sample.at, lastAt: sample.at }
    one = { group, withId: [], withoutId: [] }
    groups.set(id, one)
  }
  const { group, withId, withoutId } = one
  group.count++
  group.firstAt = Math.min(group.firstAt, sample.at)
  group.lastAt = Math.max(group.lastAt, sample.at)
  const samples = sample.transactionId === null ? withoutId : withId
  samples.push(sample)
  if (samples.length <= samplesAGroup) return
  samples.sort((a, b) => b.at - a.at)
  samples.pop()
}

function finished({ group, withId, withoutId }: Gathering): ReplyGroup {
  const newest = (samples: Sample[]): Sample[] => samples.toSorted((a, b) => b.at - a.at)
  const samples = [...newest(withId), ...newest(withoutId)].slice(0, samplesAGroup)
  return { ...group, samples: samples.toSorted((a, b) => a.at - b.at) }
}
