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
  /** Limits the Apple transactions that run at once. */
  slots: Slots
  /** Set once Apple asked to hold or slow down: ask again before the next first try. */
  troubled: boolean
  /** Says what went wrong where no error can carry it. */
  warn: (message: string) => void
}

/** One recipient of a job. */
export interface Recipient {
  address: string
  apple: boolean
  admission: Admission
}
