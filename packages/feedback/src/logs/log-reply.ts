import type { Phase } from '@icloud-delivery/rules'
import type { LateOutcome, LateReply } from '../recorder/late-reply.ts'

/** The formats that {@link readLog} understands. */
export const logFormats = [
  'postfix',
  'exim',
  'haraka',
  'haraka-plugin-icloud',
  'powermta',
  'kumomta',
] as const

/**
 * Whose log it is. `haraka` are Haraka's own lines; `haraka-plugin-icloud` the decisions that the plugin of this project
 * writes, which its own ledger knows already.
 */
export type LogFormat = (typeof logFormats)[number]

/** What a log tells of an attempt. */
export type LogOutcome = Extract<LateOutcome, { kind: 'delivered' | 'reply' }>

/**
 * What a log says about one delivery attempt to one recipient at Apple, ready for {@link Feedback.record}. Every string but `id`,
 * `format` and `trust` is remote text.
 */
export interface LogReply extends LateReply {
  /** The same line gives the same id, in whatever file it stands. */
  id: string
  /**
   * `none` where the log does not name the host that answered, unless `direct` says that it can only be Apple's, and for bounce messages that
   * the mail server was sent; `recipient` where the words alone name Apple's host.
   */
  trust: LateReply['trust']
  format: LogFormat
  outcome: LogOutcome
  /** ms since the epoch. */
  at: number
  /** What the mail server calls the message; `null` if the log does not say. */
  queueId: string | null
  /** What it was sent from: an IP address, or what the mail server calls it (a VMTA, an egress source). */
  source: string | null
}

/** What a parser reads out of a line. */
export interface ParsedReply {
  /** `null` if the line has no time. */
  at: number | null
  recipient: string
  /** The envelope sender, empty for the null sender; `null` if the log does not say. */
  sender: string | null
  /** With angle brackets, as in the header; `null` if the log does not say. */
  messageId: string | null
  queueId: string | null
  source: string | null
  outcome: LogOutcome
  /** It came in a bounce message, which anybody may have written. */
  isFromBounce?: true
}

/** A reply in a log: the text with what stands around it, who said it, and whether the mail server goes on trying. */
export function replied(
  text: string,
  host: string | null,
  phase: Phase | null,
  isFinal: boolean,
): LogOutcome {
  return { kind: 'reply', text, host, phase, final: isFinal }
}
