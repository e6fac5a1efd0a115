import { configError, unknownName } from './config-error.ts'
import type { EnvelopeLike } from './nodemailer-shapes.ts'

/** One thing that was found before a send; those of `@icloud-delivery/preflight` are of this form. */
export interface PreflightFinding {
  /** Stable, for programs. */
  readonly code: string
  /** `error`: Apple is likely to refuse the mail for it. `unknown`: it could not be looked at. */
  readonly severity: 'error' | 'warning' | 'note' | 'unknown'
  readonly title: string
  /** What was seen. May hold remote text: escape it where it is shown. */
  readonly evidence: string
  /** What to do about it. */
  readonly fix: string
  readonly where: string
  /** Ids of the rules that tell which reply of Apple's this risks. */
  readonly risks: readonly string[]
}

/**
 * Looks at a mail before it goes to Apple, such as `(mime) => checkMessage(mime)` of `@icloud-delivery/preflight`.
 *
 * @param mime the bytes of the message, the first 26 MiB of them at most
 * @param envelope `from` is the return path that Apple sees, `false` the null sender
 */
export type PreflightCheck = (mime: Uint8Array, envelope: EnvelopeLike) => Found | Promise<Found>

type Found = readonly PreflightFinding[] | { readonly findings: readonly PreflightFinding[] }

/** Checks mail with recipients at Apple before it is sent, or stored in an outbox. */
export interface PreflightOption {
  check: PreflightCheck
  /**
   * `warn`: it is sent nevertheless, and the findings are told. `refuse`: recipients at Apple are rejected with `EPREFLIGHT` if
   * there is a finding of severity `error`. `off`: nothing is checked. Default `warn`.
   */
  mode?: 'off' | 'warn' | 'refuse'
  /** After so many ms the mail goes unchecked. 1 to 600,000, default 5,000. What does not give way to other code cannot be stopped. */
  timeoutMs?: number
}

/** {@link PreflightOption}, checked and filled up. */
export interface Preflight {
  check: PreflightCheck
  refuses: boolean
  timeoutMs: number
}

const known = ['check', 'mode', 'timeoutMs'] as const
const longestMs = 600_000

/**
 * `null` if nothing is to be checked.
 *
 * @throws Error `ECONFIG`
 */
export function preflightOf(option: PreflightOption | PreflightCheck | undefined): Preflight | null {
  if (option === undefined) return null
  const given = typeof option === 'function' ? { check: option } : option
  for (const name of Object.keys(given)) {
    if (!(known as readonly string[]).includes(name)) throw unknownName('preflight', name, known)
  }
  const { check, mode = 'warn', timeoutMs = 5000 } = given
  if (typeof check !== 'function')
    throw configError('preflight.check', 'a function of the bytes and the envelope', check)
  if (mode !== 'off' && mode !== 'warn' && mode !== 'refuse')
    throw configError('preflight.mode', '"off", "warn" or "refuse"', mode)
  if (typeof timeoutMs !== 'number' || !(timeoutMs >= 1 && timeoutMs <= longestMs))
    throw configError('preflight.timeoutMs', 'milliseconds, 1 to 600000', timeoutMs)
  return mode === 'off' ? null : { check, refuses: mode === 'refuse', timeoutMs }
}
