import type { Finding } from '@icloud-delivery/preflight'

/** A finding of preflight, or one of the same form that was drawn from the ledger: its code is the id of a rule then. */
export type AnyFinding = Omit<Finding, 'code'> & { code: string }
