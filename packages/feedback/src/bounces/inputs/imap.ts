import type { ImapFlow } from 'imapflow'
import type { ConnectionOptions } from 'node:tls'
import { FeedbackError } from '../../errors.ts'
import type { BounceResult } from '../bounce-result.ts'
import { unreadable, type ReadOne } from '../read-one.ts'
import { headBytes } from '../message/read-head.ts'
import { ImapPlace } from './imap-place.ts'
import type { WalkOptions } from './walk.ts'

/** What {@link Bounces.imap} takes. */
export interface ImapOptions extends WalkOptions {
  host: string
  /** Default 993, or 143 without `secure`. */
  port?: number
  /** TLS from the first byte. False: STARTTLS, which the server has to offer. Default true. */
  secure?: boolean
  /** Without TLS at all: the password and the mail can be read on the way. For loopback only. Default false. */
  insecure?: boolean
  auth: { user: string; pass?: string; accessToken?: string }
  /** Default `INBOX`. */
  folder?: string
  /** A folder that messages are moved to when they are done. Default: they are marked as seen. */
  moveTo?: string
  /**
   * A JSON file that holds how far each folder was read, by UIDVALIDITY and UID. With it the folder is left as it is, and whether somebody
   * has seen a message makes no difference. Default: what is not marked as seen is read.
   */
  state?: string
  /** For `tls.connect`, such as a `ca` of your own. */
  tls?: ConnectionOptions
}

const longTimeMs = 60_000

/** Reads a folder, the oldest message first. */
export async function* readImap(options: ImapOptions, readOne: ReadOne): AsyncGenerator<BounceResult> {
  const { folder = 'INBOX', moveTo, state, progress, signal } = options
  const client = await connected(options)
  try {
    const isReadOnly = state !== undefined && moveTo === undefined
    const mailbox = await client
      .mailboxOpen(folder, { readOnly: isReadOnly })
      .catch((error: unknown) => stop(`the folder ${JSON.stringify(folder)} cannot be opened`, error))
    const place =
      state === undefined
        ? null
        : await ImapPlace.open(state, `${options.auth.user}@${options.host}/${folder}`, mailbox.uidValidity)
    const query = place === null ? { seen: false } : { uid: `${place.after + 1}:*` }
    const found = await asked(client.search(query, { uid: true }))
    // Not the same as a folder with nothing to be read: it refused, or the connection is lost.
    if (!Array.isArray(found))
      return stop('the server did not go on', new Error('it did not say what is in the folder'))
    // `n:*` names the last message even if it is older than that.
    const uids = found.filter((uid) => place === null || uid > place.after).toSorted((a, b) => a - b)
    let done = 0
    let bytes = 0
    try {
      for (const uid of uids) {
        signal?.throwIfAborted()
        const source = `UID ${uid}`
        const wanted = { source: { start: 0, maxLength: headBytes }, size: true }
        const message = await asked(client.fetchOne(String(uid), wanted, { uid: true }))
        if (message) {
          const results =
            message.source === undefined
              ? [unreadable(source, 'the server gave no message')]
              : await readOne(message.source, { source })
          bytes += message.size ?? message.source?.length ?? 0
          const isDone = !results.some((result) => result.status === 'failed')
          if (isDone && moveTo !== undefined) await moved(client, uid, moveTo)
          else if (isDone && !isReadOnly)
            await asked(client.messageFlagsAdd(String(uid), ['\\Seen'], { uid: true }))
          await place?.passed(uid, isDone)
          yield* results
        } else await place?.passed(uid, true)
        progress?.({ done: ++done, total: uids.length, bytes, totalBytes: null })
      }
    } finally {
      await place?.save()
    }
  } finally {
    await client.logout().catch(() => client.close())
  }
}

/** Afterwards nothing more can be done: the connection is lost, or the server does not do what it has to. */
function asked<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => stop('the server did not go on', error))
}

async function moved(client: ImapFlow, uid: number, folder: string): Promise<void> {
  if ((await asked(client.messageMove(String(uid), folder, { uid: true }))) === false)
    stop(`UID ${uid} could not be moved to ${JSON.stringify(folder)}`, new Error('is there such a folder?'))
}

async function connected(options: ImapOptions): Promise<ImapFlow> {
  const { host, secure = true, insecure = false, auth, tls } = options
  const { port = secure ? 993 : 143 } = options
  const { ImapFlow: Client } = await import('imapflow')
  const client = new Client({
    host,
    port,
    secure,
    ...(!secure && { doSTARTTLS: !insecure }),
    auth,
    ...(tls && { tls }),
    logger: false,
    socketTimeout: longTimeMs,
  })
  // What fails afterwards rejects the call that is under way.
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    const isRefused = (error as { authenticationFailed?: boolean }).authenticationFailed === true
    stop(
      isRefused ? `${host}:${port} refused the log-in of ${auth.user}` : `${host}:${port} cannot be used`,
      error,
    )
  }
  return client
}

function stop(what: string, error: unknown): never {
  const { message, responseText } = error as { message?: string; responseText?: string }
  const why = String(responseText ?? message).slice(0, 200)
  throw new FeedbackError('EINPUT', `imap: ${what}: ${why}`, { cause: error })
}
