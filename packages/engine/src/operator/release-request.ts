import type { Audit } from './audit.ts'
import type { HoldRef } from '../record/action.ts'
import type { Suppression, SuppressionOrigin } from '../state/suppression.ts'
import type { Time } from './time-span.ts'

/** Takes back what is remembered of one address. */
export interface AddressRelease extends Audit {
  address: string
  /**
   * Default `reply`: suppressions, counts and waiting that came from replies. Any other origin has to be named; then the
   * suppression of that origin ends, and nothing else.
   */
  origin?: SuppressionOrigin
}

/** How much of what replies did is taken back: by one rule, from some time on, or both. */
export type RepliesSelection =
  | {
      /** Only what this rule did. Its id, such as `invalid-recipient`. */
      rule: string
      /** Only what was done then or later: ms since the epoch, or a date. Default: all that is known. */
      since?: Time
      /** Only what was done before. Default: until now. */
      until?: Time
    }
  | { rule?: string; since: Time; until?: Time }

/** How what replies did is taken back, of all recipients. */
export interface RepliesReleaseOptions extends Audit {
  /** Says what would be released, and changes nothing. Default false. */
  dryRun?: boolean
  /** Called for each suppression that is released, or would be. */
  each?: (suppression: Suppression) => void
  /** Called every 250 recipients, with how many were looked at and how many suppressions were released. */
  progress?: (done: number, released: number) => void
  /** Stops it: the promise rejects with the signal's reason. What was released stays so. */
  signal?: AbortSignal
}

/** Takes back what replies did, of all recipients. */
export type RepliesRelease = RepliesSelection & RepliesReleaseOptions

/** Takes back what the replies of an incident at Apple did, of all recipients. */
export interface IncidentRelease extends RepliesReleaseOptions {
  /** The `id` of an incident. */
  incident: string
}

/** What {@link Engine.release} takes. */
export type ReleaseRequest =
  | AddressRelease
  | RepliesRelease
  | IncidentRelease
  | { hold: HoldRef }
  | { campaign: string }
