import type { Phase } from '@icloud-delivery/rules'

/** Who asked for a suppression. Only `reply` ones are undone by rule, time window or incident. */
export type SuppressionOrigin = 'reply' | 'unsubscribe' | 'complaint' | 'import' | 'operator'

/** All of them. */
export const suppressionOrigins: readonly SuppressionOrigin[] = [
  'reply',
  'unsubscribe',
  'complaint',
  'import',
  'operator',
]

/** What a reply was understood by, besides its text: kept as far as it was known and mattered. */
export interface Heard {
  /** The host of Apple's that answered. */
  mx?: string
  /** Where in the session. */
  phase?: Phase
  /** The address that the reply names is the envelope sender's. */
  namesSender?: true
}

/** Why a recipient gets no more mail, with the evidence. */
export interface Suppression {
  recipient: string
  origin: SuppressionOrigin
  /** The streams it covers; `*` alone covers all, `!transactional` all but that one. */
  streams: readonly string[]
  /** ms since the epoch. */
  at: number
  /** The rule that asked for it; `null` unless the origin is `reply`. */
  rule: string | null
  /** Version of the rules package that decided; `null` unless the origin is `reply`. */
  rulesVersion: string | null
  /** The reply, at most 1,000 characters. Remote text. */
  reply: string | null
  messageId: string | null
  /** The reply that it confirms, if it took two. */
  earlier?: { at: number; reply: string; messageId: string }
  /** The incident at Apple that it fell into; `null` if none is known. */
  incident?: string | null
  /** For `replay`: what the reply was understood by. */
  heard?: Heard
  /** The operator's own words, or where an import came from. */
  note: string | null
}
