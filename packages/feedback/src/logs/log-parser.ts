import type { LogClock } from './log-clock.ts'
import type { ParsedReply } from './log-reply.ts'

/** Reads one log, line by line, from its beginning. What it keeps between lines is bounded. */
export interface LogParser {
  /** A line with a name of Apple's, or with a word of {@link LogFormatting.always}. `null`: it tells of no attempt to deliver to Apple. */
  parse(line: string): ParsedReply[] | null
  /** What a later reader needs to go on in the middle of the log: a CSV header. */
  readonly heading?: string | null
}

/** How a format is read. */
export interface LogFormatting {
  /**
   * Words behind the queue id on lines that name nothing of Apple's, and tell the sender and the Message-ID of a message. They are
   * remembered, and given if a parser asks for them.
   */
  readonly joins: readonly string[]
  /** Words on lines that name nothing of Apple's and that the parser cannot do without. */
  readonly always: readonly string[]
  /** @param earlier lines with one of `joins` about the message of this queue id */
  parser: (clock: LogClock, earlier: (queueId: string) => string[]) => LogParser
}
