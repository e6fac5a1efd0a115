import type { Engine } from '@icloud-delivery/engine'
import type { InnerTransport, MailLike, SendCallback } from './nodemailer-shapes.ts'

/** A transaction with Apple that wants to begin. */
export interface Entry {
  engine: Engine
  lane: string
  stream: string
  /** ms since the epoch: the oldest goes first. */
  acceptedAt: number
  recipients: number
  /** ms since the epoch: no use to begin later. */
  until: number
  signal: AbortSignal | null | undefined
}

/** Has a transport send, as its own `send` does. */
export type Send = (inner: InnerTransport, mail: MailLike, callback: SendCallback) => unknown

/**
 * - `go`: begin by `send`, once at most, and call `leave` when it is over. `waited`: something may have changed meanwhile
 * - `ask`: something was closed meanwhile: ask the engine whether it may still go, and come back
 * - `later`: come back at `retryAt`
 */
export type Passage =
  | { type: 'go'; waited: boolean; send: Send; leave: () => void }
  | { type: 'ask' }
  | { type: 'later'; retryAt: number; reason: string }

/** Lets transactions with Apple begin, as many at once as is right. */
export interface Gate {
  /** Waits for its turn. An aborted signal ends the wait: look at it. */
  enter(entry: Entry): Promise<Passage>
}
