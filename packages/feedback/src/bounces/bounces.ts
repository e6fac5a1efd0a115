import { argument } from '../errors.ts'
import { checkOptions } from '../options/check-options.ts'
import type { BounceResult } from './bounce-result.ts'
import { checkedBounces, type BouncesOptions } from './bounces-options.ts'
import { readImap, type ImapOptions } from './inputs/imap.ts'
import { readMaildir, type MaildirOptions } from './inputs/maildir.ts'
import { imapChecks, maildirChecks, messageChecks, walkChecks } from './inputs/source-checks.ts'
import { readMbox, type MboxSource } from './inputs/mbox.ts'
import type { WalkOptions } from './inputs/walk.ts'
import type { MessageSource } from './message/read-head.ts'
import { readOne, type MessageOptions, type ReadOne } from './read-one.ts'

/**
 * Reads bounce messages and feeds them to an engine. Made by {@link createBounces}. Each call throws FeedbackError `EARGUMENT` at once for
 * options that cannot be right (`message` rejects).
 */
export interface Bounces {
  /**
   * One message, such as `process.stdin` in a pipe of your mail server. Does not reject for anything that a message may hold, only
   * for what reading the source throws.
   */
  message(source: MessageSource, options?: MessageOptions): Promise<BounceResult[]>
  /**
   * All messages of a Maildir that were not read before. What is done is marked as seen, or moved to another Maildir; what could not
   * be remembered (`failed`) stays as it is and comes again. Iterating throws FeedbackError `EINPUT` for what is no Maildir.
   */
  maildir(directory: string, options?: MaildirOptions): AsyncIterable<BounceResult>
  /** All messages of an mbox, a file or a stream. Nothing is kept in memory, and the file is left alone. */
  mbox(source: MboxSource, options?: WalkOptions): AsyncIterable<BounceResult>
  /**
   * All messages of an IMAP folder that were not read before. What is done is marked as seen, or moved to another folder; what
   * could not be remembered (`failed`) comes again. Iterating throws FeedbackError `EINPUT` if the server cannot be used.
   */
  imap(options: ImapOptions): AsyncIterable<BounceResult>
}

/**
 * Reads bounce messages. A bounce is believed if it came to a return path that `signReturnPath` made: then it counts for the recipient
 * that it was signed for, once, and for nobody and nothing else. Or if a relay of yours wrote it. All others are listed only.
 *
 * @throws FeedbackError `EARGUMENT`
 */
export function createBounces(options: BouncesOptions): Bounces {
  const checked = checkedBounces(options)
  const read: ReadOne = (source, given) => readOne(checked, source, given)
  return {
    async message(source, given = {}) {
      checkOptions('message', given, messageChecks)
      return await read(source, given)
    },
    maildir(directory, given = {}) {
      if (typeof directory !== 'string' || directory === '')
        throw argument('maildir: the directory', 'the path of a Maildir', directory)
      checkOptions('maildir', given, maildirChecks)
      return readMaildir(directory, given, read)
    },
    mbox(source, given = {}) {
      checkOptions('mbox', given, walkChecks)
      return readMbox(source, given, read)
    },
    imap(given) {
      checkOptions('imap', given, imapChecks)
      for (const name of ['host', 'auth'] as const)
        if (given[name] === undefined)
          throw argument(
            `imap: ${name}`,
            name === 'host' ? 'the name of a server' : 'a user and a pass or an accessToken',
            given[name],
          )
      return readImap(given, read)
    },
  }
}
