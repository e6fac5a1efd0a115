import type { Admission, Engine } from '@icloud-delivery/engine'
import type { Readable } from 'node:stream'
import type { EnvelopeLike, InnerTransport, MailData, MailLike } from './nodemailer-shapes.ts'
import type { Peer } from './peer.ts'
import type { Gate } from './gate.ts'
import type { OwnHooks } from './outbox/own-hooks.ts'
import type { Outbox, Taker } from './outbox/outbox.ts'
import type { MailRoute } from './route.ts'
import type { PreflightFinding } from './preflight.ts'
import type { ReturnPaths } from './return-path.ts'
import type { Timers } from './timers.ts'
import type { Way } from './ways.ts'

/** One `sendMail` that has to be split or watched. */
export interface Job {
  inner: InnerTransport
  engine: Engine
  peer: Peer
  mail: MailLike
  /** As it was before any attempt. */
  envelope: Readonly<EnvelopeLike>
  messageId: string
  /** What the engine is told of it. */
  route: MailRoute
  /** In the order of the envelope. */
  recipients: readonly Recipient[]
  /** Opens the bytes of the message. */
  open: (...args: unknown[]) => Readable
  /** Lets go of the bytes once nobody opens them any more. */
  dispose: () => Promise<void>
  /** For transports that take the recipients from the data; else `null`. */
  data: MailData | null
  /** ms since the epoch: no wait for another try may end later. */
  deadline: number
  /** ms since the epoch: no wait for a turn in the lane may end later. */
  laneDeadline: number
  /** ms since the epoch: of no use from then on. `null` if it has no such time. */
  deliverBy: number | null
  maxAttempts: number
  /** Takes what is for Apple, instead of a try; `null` if it is to be sent now. */
  outbox: Outbox | null
  /** Asks the worker of this process whether it has time for what is about to be stored. */
  offer?: (() => Taker | null) | undefined
  /** For the hook of a single mail in the outbox; `null` if there is nobody to call it, or nothing to call after a restart. */
  ownHooks: OwnHooks | null
  retryAmbiguous: boolean
  clock: () => number
  timers: Timers
  signal: AbortSignal | null | undefined
  /** Lets transactions with Apple begin: of all mails on a direct hop, of this one on a relay hop. */
  gate: Gate
  /** The ways to Apple besides this transport, by lane: the engine names one while Apple blocks the IP address of this one. */
  otherWays: ReadonlyMap<string, Way>
  /** What was found before the send; `null` if nothing was looked at. */
  findings: readonly PreflightFinding[] | null
  /** Apple's recipients do not get the mail, for what was found. */
  isRefused: boolean
  /** Signs the return path of each recipient at Apple; `null`: all have that of the envelope. */
  returnPaths: ReturnPaths | null
  /** True once the transport was closed. */
  isClosed: () => boolean
  /** Says what went wrong where no error can carry it. */
  warn: (message: string) => void
}

/** One recipient of a job. */
export interface Recipient {
  address: string
  apple: boolean
  /** `null` for Apple's on a direct hop, and after a first try: asked for right before each try. */
  admission: Admission | null
}
