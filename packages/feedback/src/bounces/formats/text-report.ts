import { isIP } from 'node:net'
import { isCopyAnnounced } from '../message/copy-announced.ts'
import type { ParsedMessage } from '../message/parse-message.ts'
import type { BounceRecipient, BounceReport } from './report.ts'

/** Reads one form of text for people; `null` if a text has not that form. */
export type TextFormat = (lines: readonly string[], message: ParsedMessage) => BounceReport | null

/** Whoever reports speaks for itself. No host is called that. */
export const reporterItself = 'reporter.invalid'

const longestReply = 4000

/** One recipient of a report in text, who failed. */
export function failed(
  recipient: string,
  reply: string,
  host: string | null,
  action: BounceRecipient['action'] = 'failed',
): BounceRecipient {
  return {
    finalRecipient: recipient,
    originalRecipient: null,
    action,
    status: null,
    reply: reply.trim().slice(0, longestReply),
    host: namedHost(host),
    at: null,
  }
}

/** An IP address alone does not tell whose host it is. */
export function namedHost(host: string | null): string | null {
  return host !== null && isIP(host.replace(/^\[(?:ipv6:)?|\]$/gi, '')) !== 0 ? null : host
}

/** Whether a text begins with a line like this one: below other words it may be a bounce that somebody quotes. */
export function beginsWith(lines: readonly string[], opening: RegExp): boolean {
  return opening.test(lines.find((line) => line.trim() !== '')?.trim() ?? '')
}

/** The lines up to the copy of the message. */
export function withoutCopy(lines: readonly string[]): readonly string[] {
  const end = lines.findIndex(isCopyAnnounced)
  return end < 0 ? lines : lines.slice(0, end)
}
