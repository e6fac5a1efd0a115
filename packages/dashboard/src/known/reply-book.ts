import type { Ledger, StoredEvent } from '@icloud-delivery/engine'
import type { Batch } from '../live/event-tail.ts'

/** A reply as it came. Texts are remote. */
export interface SeenReply {
  at: number
  recipient: string
  reply: string
  /** What was done: the type of the action. */
  did: string
  stream: string | null
  lane: string | null
  mx: string | null
  phase: string | null
}

/** What is known of the replies of one rule. */
export interface RuleReplies {
  rule: string
  /** How often each thing was done, among the replies that were looked at. */
  did: Record<string, number>
  /** The newest first, a few. */
  latest: SeenReply[]
}

/** The same text of an unknown reply, however often it came. */
export interface UnknownReply extends SeenReply {
  rule: string
  /** Among the replies that were looked at. */
  count: number
  firstAt: number
}

const actions = ['retry', 'hold', 'soft-bounce', 'suppress', 'fail'] as const
const mostLatest = 5
const mostUnknown = 200
const mostRules = 500
const readAtFirst = 1000

/** The replies that came lately, by rule: the event log has no index for them. Read once, then kept by new lines. */
export class ReplyBook {
  private readonly ledger: Pick<Ledger, 'events'>
  private readonly byRule = new Map<string, RuleReplies>()
  private readonly unknownByText = new Map<string, UnknownReply>()
  private loading: Promise<void> | null = null
  private isLoaded = false
  /** What was read at first, or came meanwhile: the log may tell of it once more. */
  private seen = new Set<number>()
  private seenUntil = -Infinity

  constructor(ledger: Pick<Ledger, 'events'>) {
    this.ledger = ledger
  }

  /** Resolves when the log was looked at. Rejects if the ledger is out of reach; then it is tried again with the next call. */
  load(): Promise<void> {
    if (this.isLoaded) return Promise.resolve()
    return (this.loading ??= this.read().finally(() => (this.loading = null)))
  }

  take({ events, last }: Batch): void {
    // Before that all of it is still to be read.
    if (!this.isLoaded && this.loading === null) return
    for (const event of events) this.add(event)
    if (this.isLoaded && last >= this.seenUntil) this.seen.clear()
  }

  ofRule(rule: string): RuleReplies {
    return this.byRule.get(rule) ?? { rule, did: {}, latest: [] }
  }

  /** The newest first. */
  unknown(): UnknownReply[] {
    return [...this.unknownByText.values()].toSorted((a, b) => b.at - a.at)
  }

  private async read(): Promise<void> {
    const pages = await Promise.all(actions.map((type) => this.ledger.events({ type, limit: readAtFirst })))
    const events = pages.flat().toSorted((a, b) => a.id - b.id)
    for (const event of events) this.add(event)
    this.isLoaded = true
  }

  private add({ id, at, type, subject, data }: StoredEvent): void {
    if (!(actions as readonly string[]).includes(type) || typeof data.rule !== 'string') return
    if (this.seen.has(id)) return
    if (!this.isLoaded) {
      this.seen.add(id)
      this.seenUntil = Math.max(this.seenUntil, id)
    }
    const { rule } = data
    const heard = (data.heard ?? {}) as { mx?: unknown; phase?: unknown }
    const reply: SeenReply = {
      at,
      recipient: subject,
      reply: textOf(data.reply) ?? textOf(data.error) ?? '',
      did: type,
      stream: textOf(data.stream),
      lane: textOf(data.lane),
      mx: textOf(heard.mx),
      phase: textOf(heard.phase),
    }
    this.addToRule(rule, reply)
    if (rule.startsWith('unknown-') && reply.reply !== '') this.addUnknown(rule, reply)
  }

  private addToRule(rule: string, reply: SeenReply): void {
    const known = this.byRule.get(rule) ?? { rule, did: {}, latest: [] }
    if (this.byRule.size >= mostRules && !this.byRule.has(rule)) return
    known.did[reply.did] = (known.did[reply.did] ?? 0) + 1
    known.latest = [reply, ...known.latest].toSorted((a, b) => b.at - a.at).slice(0, mostLatest)
    this.byRule.set(rule, known)
  }

  private addUnknown(rule: string, reply: SeenReply): void {
    const key = withoutNames(reply.reply)
    const known = this.unknownByText.get(key)
    this.unknownByText.delete(key)
    this.unknownByText.set(key, {
      ...reply,
      rule,
      count: (known?.count ?? 0) + 1,
      firstAt: Math.min(known?.firstAt ?? reply.at, reply.at),
    })
    if (this.unknownByText.size <= mostUnknown) return
    const [oldest] = this.unknownByText.keys()
    if (oldest !== undefined) this.unknownByText.delete(oldest)
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value.slice(0, 1000) : null
}

/** Without addresses, IPs and numbers: what is the same reply to different people. */
export function withoutNames(reply: string): string {
  return reply
    .slice(0, 1000)
    .replaceAll(/[^\s<>"'(),;:]{1,64}@[^\s<>"'(),;:]{1,255}/g, '<address>')
    .replaceAll(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, '<ip>')
    .replaceAll(/\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}\b/gi, '<ip>')
}
