import type { HoldRef } from '@icloud-delivery/engine'
import type { RejectedError } from './errors.ts'
import type { ErrorLike, InfoLike } from './nodemailer-shapes.ts'

/** How a send ended for one recipient. */
export type Settled =
  | { state: 'accepted' | 'pending'; info: InfoLike }
  | {
      state: 'rejected'
      failure: RejectedError
      /** The error of the whole transaction, where it failed as a whole. */
      error: ErrorLike | null
      /** A server refused the transaction, which had other recipients too: nobody knows whom it meant. */
      isShared?: true
    }

/** A recipient that is to be tried again at `retryAt`. Nothing of it is concluded yet. */
export interface TryAgain {
  state: 'again'
  /** ms since the epoch. */
  retryAt: number
  /** Something is closed, and not only this recipient: no use to wait for it here. */
  isHeld: boolean
  /** What is closed; `null` if that is not known. */
  behind?: HoldRef | null
  /** So far. */
  tries: number
  /** What it comes to if there is no other try. */
  failure: RejectedError
  /** `null` if nothing was tried. */
  error: ErrorLike | null
}
