import { createHash } from 'node:crypto'
import { abortError } from '../abort.ts'
import { configError } from '../config-error.ts'
import { innerFailure } from '../failures.ts'
import { asError } from '../inner-send.ts'
import type { Job, Recipient } from '../job.ts'
import type { Settled } from '../settled.ts'
import type { OutboxEntry } from './entry.ts'
import { framed } from './framed-body.ts'
import { snapshotOf } from './mail-snapshot.ts'
import { OutboxError } from './outbox-error.ts'
import type { Outbox, Taker } from './outbox.ts'
import { storedData } from './stored-mail.ts'
import type { OnUndelivered } from '../undelivered.ts'

/**
 * Puts a mail into the outbox for some of its recipients, and calls them pending when it is safe there. If it cannot be
 * stored they are rejected, and nothing will be sent to them. Never rejects.
 */
export async function enqueue(
  job: Job,
  outbox: Outbox,
  recipients: readonly Recipient[],
): Promise<Settled[]> {
  try {
    refuseWhatCannotWait(job)
    const mime = await read(job, outbox.maxMessageBytes)
    const body = job.data === null ? mime : framed(await snapshotOf(job.mail, job.data), mime)
    const taker = job.offer?.() ?? null
    const entry = entryOf(job, recipients)
    const outboxId = await put(job, outbox, { entry, body, key: keyOf(job, recipients), taker })
    const info = { messageId: job.messageId, outboxId }
    return recipients.map(() => ({ state: 'pending', info }))
  } catch (thrown) {
    const error = asError(thrown)
    return recipients.map(({ address }) => ({
      state: 'rejected',
      failure: innerFailure(error, address),
      error,
    }))
  }
}

/** The hook of the mail is known before the mail is, for a worker may be through with it at once. */
async function put(
  { ownHooks, mail: { data } }: Job,
  outbox: Outbox,
  {
    entry,
    body,
    key,
    taker,
  }: { entry: OutboxEntry; body: Uint8Array; key: string | null; taker: Taker | null },
): Promise<string> {
  const hook = data['onUndelivered']
  if (typeof hook === 'function') ownHooks?.add(entry, { hook: hook as OnUndelivered, data })
  try {
    return await outbox.put(entry, body, key, taker)
  } catch (error) {
    for (const { address } of entry.recipients) ownHooks?.forget(entry, address)
    throw error
  }
}

/** Who gives a mail its Message-ID tells by it which one it is. Nodemailer's own is a new one each time. */
function keyOf({ mail, messageId }: Job, recipients: readonly Recipient[]): string | null {
  if (typeof mail.data['messageId'] !== 'string') return null
  const addresses = recipients.map(({ address }) => address).toSorted()
  return createHash('sha256')
    .update([messageId, ...addresses].join('\n'))
    .digest('hex')
    .slice(0, 32)
}

function entryOf(job: Job, recipients: readonly Recipient[]): OutboxEntry {
  const { hop: _hop, lane: _lane, ...route } = job.route
  const { to: _to, ...envelope } = job.envelope
  const { dsn } = job.mail.data
  return {
    ...route,
    envelope: { ...envelope, ...(dsn !== undefined && { dsn }) },
    data: storedData(job.mail.data),
    ...(job.data !== null && { hasData: true as const }),
    recipients: recipients.map(({ address }) => ({
      address,
      tries: 0,
      nextAt: route.acceptedAt,
      last: null,
    })),
    expired: [],
    untold: [],
    hookFailures: 0,
  }
}

/** What is known to this process only, or must not be stored. */
function refuseWhatCannotWait({ ownHooks, mail: { data } }: Job): void {
  const { onUndelivered, auth } = data
  if (typeof onUndelivered === 'function' && ownHooks === null)
    throw configError(
      'onUndelivered',
      'an option of the transport too, with a worker in this process, for a mail in the outbox outlives its own hook',
      'one of a mail only',
    )
  if (auth !== undefined && auth !== null)
    throw configError(
      'auth',
      'an option of the transport, for no password is stored in the outbox',
      'one of a mail',
    )
}

/** The bytes of the message; no more of them than may be. By events, as iterating costs more. */
function read({ open, signal }: Job, most: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const stream = open()
    stream.on('data', (chunk: Buffer | string) => {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      size += bytes.length
      chunks.push(bytes)
      if (signal?.aborted) stream.destroy(abortError(signal))
      else if (size > most) {
        const about = `the message has more than ${most} bytes, which is all that the outbox takes (maxMessageBytes)`
        stream.destroy(new OutboxError('EOUTBOXFULL', about))
      }
    })
    stream.once('end', () => resolve(Buffer.concat(chunks, size)))
    stream.once('error', reject)
    // One that is destroyed without an error has no end.
    stream.once('close', () => reject(new Error('The message ended before it was read to the end')))
  })
}
