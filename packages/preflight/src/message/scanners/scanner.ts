import type { Finding } from '../../findings/finding.ts'

/** Looks at a whole message. `clamav()` and `rspamd()` make one; anything else with this shape will do. */
export interface Scanner {
  /** Shown in findings. */
  name: string
  /** Rejects if it gave no answer; that becomes a finding. */
  scan(message: Uint8Array): Promise<Finding[]>
}
