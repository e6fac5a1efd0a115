import type { HoldRef } from '../record/action.ts'
import type { Route } from '../subject.ts'
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
  /** Apple's last 250, ms since the epoch. */
  deliveredAt?: number
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
  /** The rule of the hold met one of its recipients again. */
  refused?: true
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
}

/** What is stored under `scope/<kind>/<id>`. */
export interface ScopeState {
  hold?: StoredHold
  /** The times, ms since the epoch, of the latest replies that count towards a hold, per family. */
  counts?: readonly { family: string; times: readonly number[] }[]
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
}

/** The ledger key of a recipient. */
export function recipientKey(address: string): string {
  return `recipient/${address}`
}

/** The ledger key of a scope. */
export function scopeKey(ref: HoldRef): string {
  return `scope/${ref.scope}/${ref.id}`
}

/**
 * The scopes that a message passes on its way to Apple. A stream counts per lane, and a sending domain both as a whole
 * and per stream: a hold on marketing must never stop transactional mail. A relay has its own way to Apple: none.
 */
export function scopesOf(route: Route): HoldRef[] {
  if (route.hop === 'relay') return []
  const refs: HoldRef[] = [
    { scope: 'sending-ip', id: route.lane },
    { scope: 'stream', id: `${route.lane}/${route.stream}` },
  ]
  if (route.senderDomain !== null) {
    refs.push(
      { scope: 'sending-domain', id: route.senderDomain },
      { scope: 'sending-domain', id: `${route.senderDomain}/${route.stream}` },
    )
  }
  return refs
}
