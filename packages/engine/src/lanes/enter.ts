import { argument } from '../subject.ts'

/** Asks for a connection of a lane. */
export interface EnterRequest {
  /** As in `admit`. Default `default`. */
  lane?: string
  /** As in `admit`. Default `transactional`. */
  stream?: string
  /** When the message was first accepted, ms since the epoch: within a class the oldest goes first. Default: now. */
  acceptedAt?: number
  /** How many messages this is, for the rate and the warm-up: one for each recipient. 1 to 10,000. Default 1. */
  recipients?: number
  /** Seconds to wait; 0 asks and does not wait. 0 or more. Default: as long as it takes. */
  waitSeconds?: number
  /** Ends the waiting: the answer is `later`. */
  signal?: AbortSignal
}

/** A connection that may be opened now. */
export interface Slot {
  /** The lane that it belongs to. */
  readonly lane: string
  /** Messages that may go over it, the first one included. */
  readonly messages: number
  /**
   * Whether one more message may go over the same connection, and counts it if so. After `false` close the connection and
   * enter again: its messages are used up, it is somebody else's turn, or the lane gives no more for now.
   *
   * @param recipients as in {@link EnterRequest}
   */
  again(recipients?: number): boolean
  /**
   * Gives it back. Call it when the socket is closed, and not before; a second call does nothing.
   *
   * @param options.unused no message went over it after all: it does not count for the rate and the warm-up
   */
  release(options?: { unused?: boolean }): void
}

/** Open a connection, and release the slot when it is closed. */
export interface GoEntrance {
  decision: 'go'
  slot: Slot
  retryAt: null
  reason: string
}

/** Not now. */
export interface LaterEntrance {
  decision: 'later'
  slot: null
  /** ms since the epoch: when to ask again. */
  retryAt: number
  reason: string
}

/** The answer to an {@link EnterRequest}. Look at `decision`: it tells what the rest holds. */
export type Entrance = GoEntrance | LaterEntrance

const mostRecipients = 10_000

/** Throws `EARGUMENT` if `request` cannot be an {@link EnterRequest}. */
export function checkEnter(request: EnterRequest): void {
  if (typeof request !== 'object' || request === null)
    throw argument('enter', 'the request', 'an object', request)
  const { acceptedAt, recipients, waitSeconds, signal } = request
  if (acceptedAt !== undefined && !Number.isFinite(acceptedAt))
    throw argument('enter', 'acceptedAt', 'milliseconds since the epoch', acceptedAt)
  if (recipients !== undefined) checkRecipients('enter', recipients)
  if (waitSeconds !== undefined && !(typeof waitSeconds === 'number' && waitSeconds >= 0))
    throw argument('enter', 'waitSeconds', 'a number, 0 or more', waitSeconds)
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw argument('enter', 'signal', 'an AbortSignal', signal)
}

export function checkRecipients(call: string, recipients: unknown): void {
  const isRight =
    Number.isInteger(recipients) && (recipients as number) >= 1 && (recipients as number) <= mostRecipients
  if (!isRight) throw argument(call, 'recipients', `a whole number from 1 to ${mostRecipients}`, recipients)
}
