import type { Admission, Engine } from '@icloud-delivery/engine'
import type { Readable } from 'node:stream'
import type { EnvelopeLike, InnerTransport, MailData, MailLike } from './nodemailer-shapes.ts'
import type { Peer } from './peer.ts'
import type { Slots } from './slots.ts'
import type { Timers } from './timers.ts'

/** One `sendMail` that has to be split or watched. */
export interface Job {
  inner: InnerTransport
  engine: Engine
  peer: Peer
  mail: MailLike
  /** As it was before any attempt. */
  envelope: Readonly<EnvelopeLike>
  messageId: string
  sender: string
  stream: string
  lane: string
  /** In the order of the envelope. */
  recipients: readonly Recipient[]
  /** Opens the bytes of the message. */
  open: (...args: unknown[]) => Readable
  /** For transports that take the recipients from the data; else `null`. */
  data: MailData | null
  /** ms since the epoch: no wait may end later. */
  deadline: number
  maxAttempts: number
  retryAmbiguous: boolean
  clock: () => number
  timers: Timers
  signal: AbortSignal | null | undefined
  /** Limits the Apple transactions that run at once: of all mails on a direct hop, of this one on a relay hop. */
  slots: Slots
  /** True once the transport was closed. */
  isClosed: () => boolean
  /** Says what went wrong where no error can carry it. */
  warn: (message: string) => void
}

/** One recipient of a job. */
export interface Recipient {
  address: string
  apple: boolean
  /** `null` for Apple's on a direct hop: asked for right before each try. */
  admission: Admission | null
}
