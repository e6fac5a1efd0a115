import type { BounceResult } from './bounce-result.ts'
import type { CheckedBounces } from './bounces-options.ts'
import { judgeBounce } from './judge-bounce.ts'
import type { MessageSource } from './message/read-head.ts'
import { readBounce } from './read-bounce.ts'

/** What may be known of one message besides. */
export interface MessageOptions {
  /** How it is called in the results. Default `message`. */
  source?: string
  /** The envelope recipient, if your mail server says so: then no field of the message is looked at for it. */
  deliveredTo?: string
}

/** Acts on one message of a source. */
export type ReadOne = (source: MessageSource, options: MessageOptions) => Promise<BounceResult[]>

/** Acts on one message. Rejects only for what reading it throws. */
export async function readOne(
  options: CheckedBounces,
  source: MessageSource,
  { source: name = 'message', deliveredTo }: MessageOptions,
): Promise<BounceResult[]> {
  try {
    return await judgeBounce(options, await readBounce(source), name, deliveredTo)
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown }
    // What is wrong with the source itself, such as a disk, is no matter of one message.
    if (code !== 'EINPUT') throw error
    return [unreadable(name, String(message))]
  }
}

/** The result of a message that cannot be read. */
export function unreadable(source: string, reason: string): BounceResult {
  return {
    source,
    status: 'unreadable',
    recipient: null,
    messageId: null,
    reply: null,
    host: null,
    verdict: null,
    action: null,
    trust: null,
    reason: reason.slice(0, 300),
  }
}
