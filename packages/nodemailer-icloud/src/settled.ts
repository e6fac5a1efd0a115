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
    }

/** A recipient that is to be tried again at `retryAt`, or has failed if there is no time for that. */
export interface TryAgain {
  state: 'again'
  retryAt: number
  /** So far. */
  tries: number
  failure: RejectedError
  error: ErrorLike | null
}
