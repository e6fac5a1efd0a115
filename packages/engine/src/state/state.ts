import type { HoldRef } from '../record/action.ts'
import { mended, type Route } from '../subject.ts'
import type { Suppression } from './suppression.ts'

/** Soft bounces of one recipient under one rule since Apple last accepted mail for it. */
export interface SoftBounces {
  rule: string
  count: number
  /** ms since the epoch of the first and the last counted one. */
  firstAt: number
  lastAt: number
  /** The last counted sends, so that the same one is not counted twice. */
  messageIds: readonly string[]
  /** Some streams pause: when one message of theirs may be tried, ms since the epoch. */
  nextTryAt?: number
  /** The message that was let go as the last try; `null` if the host did not say. */
  tryOf?: string | null
}

/** Apple says that a mailbox which took mail lately does not exist: it has to say so again. */
export interface Quarantine {
  rule: string
  /** ms since the epoch. */
  at: number
  /** From then on a second such reply suppresses, ms since the epoch. */
  until: number
  /** At most 1,000 characters. Remote text. */
  reply: string
  messageId: string
}

/** A message on its way to one recipient. */
export interface MessageState {
  id: string
  /** ms since the epoch. */
  acceptedAt: number
  /** When it is of no use any more, ms since the epoch. */
  deliverBy?: number
  attempts: number
  /** Waits used up, per rule. */
  waits: readonly { rule: string; count: number }[]
}

/** What is stored under `recipient/<address>`. Fields are left out while they are empty, to keep the JSON small. */
export interface RecipientState {
  suppressions?: readonly Suppression[]
  softBounces?: readonly SoftBounces[]
  messages?: readonly MessageState[]
  /** Apple slows this recipient down until then, ms since the epoch. */
  deferred?: { until: number; rule: string }
  quarantine?: Quarantine
  /** Somebody wants to hear of it if a reply suppresses this address. */
  important?: true
  /** A mailbox of one's own for test mail: nothing that happens to its mail counts for others. */
  seed?: true
  /** Apple's last 250, ms since the epoch. */
  deliveredAt?: number
  /** When somebody last took back what replies did, ms since the epoch: what was said before counts no more. */
  releasedAt?: number
  /** Day of Apple's first 250, in days since the epoch: short, as everybody has one. */
  since?: number
}

/** The one message that may find out whether a hold is over. */
export interface ProbeLease {
  /** `null` if the host did not say: the probe is `recipient` alone. */
  messageId: string | null
  /** `null` if the message is known: the probe is all its recipients. */
  recipient: string | null
  /** ms since the epoch. */
  at: number
  /** Recipients of which Apple has not said yet that they are the trouble, and not the hold. */
  waiting: number
  /** The process that let it through: see {@link Presence}. */
  process?: string
  /** The rule of the hold met one of its recipients again. */
  refused?: true
}

/** How mail goes through a hold after its probe was accepted: some at a time. */
export interface HalfOpen {
  /** What Apple said since then. */
  accepted: number
  refused: number
  /** Let through, and not answered yet. */
  away: number
  /** When one was let through last, ms since the epoch. */
  at: number
  /** Digests of those of them whose message has an id, oldest first: who asks again before it goes is not counted twice. */
  passed?: readonly string[]
}

/** A hold as it is stored. */
export interface StoredHold {
  rule: string
  /** ms since the epoch. */
  since: number
  /** ms since the epoch of the next probe; of the end, if there are no probes. */
  until: number
  /** `null`: no probes; the hold ends at `until`. */
  probeEverySeconds: number | null
  /** How long its rule closes a scope: a stronger rule replaces it. */
  forSeconds: number
  probe: ProbeLease | null
  reply: string
  /** When it is over, marketing goes on with engaged readers only, for so many seconds. */
  engagedOnlySeconds?: number
  /** The next wait for a probe, where it is shorter than `probeEverySeconds`: it doubles with each probe that is refused. */
  soonSeconds?: number
  /** Apple has taken a probe. */
  halfOpen?: HalfOpen
  /** Closed again after that: when it was closed first, ms since the epoch. */
  begunAt?: number
}

/** A reply that counts towards a hold. */
export interface CountedReply {
  /** ms since the epoch. */
  at: number
  /** A digest of what makes it distinct, where only distinct ones count. */
  of?: string
  /** A digest of whose content it was, where it takes more than one. */
  author?: string
}

/** The latest replies that count towards a hold. */
export interface CountedReplies {
  family: string
  /** Oldest first; no more than it takes to close the scope. */
  replies: readonly CountedReply[]
  /** What Apple accepts takes them back. */
  inARow?: true
}

/** A hold is over, and marketing goes on with engaged readers only. */
export interface EngagedOnly {
  rule: string
  /** ms since the epoch. */
  since: number
  seconds: number
}

/** What is stored under `scope/<kind>/<id>`. */
export interface ScopeState {
  hold?: StoredHold
  counts?: readonly CountedReplies[]
  engagedOnly?: EngagedOnly
  /** Of a stream: when one of its messages was last held by its Message-ID, ms since the epoch. */
  messageHeldAt?: number
  /** Of a sending domain: the same by stream, for all lanes. See `held-messages.ts`. */
  messagesHeld?: readonly { stream: string; at: number }[]
  /** It was told of, and is not told of again before it is over; `before`: but if the replies that came since close it. */
  alerted?: true | 'before'
}

/** Attempts in the last minutes, before this one, where a share of them decides. */
export interface Recent {
  attempts: number
  /** Those that met a rule of the family in question. */
  refused: number
}

/** What is stored under `limited/<lane>`. */
export interface LaneLimits {
  /** Recipients that Apple limited lately, each once, the latest last. */
  recipients?: readonly { address: string; at: number }[]
}

/** What is stored under `domain/<domain>`, of the recipients' domain. */
export interface DomainState {
  /** Failed sends to any of its recipients, per rule. */
  failures?: readonly SoftBounces[]
}

/** All that {@link decide} looks at. `scopes` stands in the order of {@link scopesOf}. */
export interface State {
  recipient: RecipientState
  scopes: readonly ScopeState[]
  /** Only for the rules that count there: see `asideKeys`. */
  lane?: LaneLimits
  domain?: DomainState
  /** As `recentAsked` wants it. Without it the number of replies alone decides. */
  recent?: Recent
}

/** What is remembered where nothing is. One object for all, as nobody changes what was read. */
export const nothing: RecipientState & ScopeState = Object.freeze({})

/** The ledger key of a recipient. */
export function recipientKey(address: string): string {
  return `recipient/${address}`
}

/** The ledger key of a scope. */
export function scopeKey(ref: HoldRef): string {
  return `scope/${ref.scope}/${ref.id}`
}

/** What of a message decides which scopes it passes, besides its route. */
export interface Way extends Route {
  /** At least one recipient is at Apple's private relay. */
  toPrivateRelay?: boolean
  /** The message id, if the message is to be looked at as a campaign of its own. */
  aloneAs?: string
}

/**
 * The scopes that a message passes on its way to Apple. A stream counts per lane, and what a From domain may not be used
 * for counts per stream and submitter: a hold on marketing must never stop transactional mail. A relay has its own way to
 * Apple: none.
 */
export function scopesOf(way: Way): HoldRef[] {
  if (way.hop === 'relay') return []
  const kinds: ScopeKind[] = ['sending-ip', 'stream', 'sending-domain', 'from-domain']
  if (way.campaign !== null) kinds.push('campaign')
  if (way.toPrivateRelay) kinds.push('private-relay')
  // Last, as it is looked at only where another scope says so.
  if (way.campaign === null && way.aloneAs !== undefined) kinds.push('campaign')
  return kinds.flatMap((kind) => scopeOf(kind, way) ?? [])
}

/** What can be held. `from-domain` is the part of a sending domain that one stream and submitter uses. */
export type ScopeKind = Exclude<HoldRef['scope'], 'provider'> | 'from-domain'

/** One of {@link scopesOf}; `null` if the message has none of the kind. */
export function scopeOf(kind: ScopeKind, way: Way): HoldRef | null {
  const { lane, stream, senderDomain, fromDomain, submitter } = way
  switch (kind) {
    case 'sending-ip':
      return { scope: kind, id: lane }
    case 'stream':
      return { scope: kind, id: `${lane}/${stream}` }
    case 'sending-domain':
      return senderDomain === null ? null : { scope: kind, id: idOf(senderDomain) }
    case 'from-domain':
      if (fromDomain === null) return null
      return { scope: 'sending-domain', id: `${idOf(fromDomain)}/${stream}/${submitter ?? lane}` }
    case 'private-relay':
      return fromDomain === null ? null : { scope: kind, id: idOf(fromDomain) }
    case 'campaign':
      if (way.campaign !== null) return { scope: kind, id: way.campaign }
      // A name has no angle brackets: nobody holds a campaign with a message id.
      return way.aloneAs === undefined ? null : { scope: kind, id: `<${mended(way.aloneAs)}>` }
  }
}

/** A domain comes from an address: what stands in it must not look like a part of the key. */
function idOf(domain: string): string {
  return domain.replaceAll('/', '_')
}
