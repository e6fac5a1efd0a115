import type { OwnHooks } from './outbox/own-hooks.ts'
import type { Taker } from './outbox/outbox.ts'
import type { InnerTransport } from './nodemailer-shapes.ts'
import type { PreflightFinding } from './preflight.ts'
import type { Settings } from './settings.ts'

/** What a preflight found in one mail. */
export interface MailFindings {
  messageId: string
  campaign: string | null
  findings: readonly PreflightFinding[]
  /** Recipients at Apple do not get it. */
  isRefused: boolean
}

/** What all mails of one transport share. */
export interface Host {
  settings: Settings
  inner: InnerTransport
  /** As in {@link Job}. */
  offer?: (() => Taker | null) | undefined
  /** As in {@link Job}. */
  ownHooks: OwnHooks | null
  /** Hears what was found in a mail. */
  found: (what: MailFindings) => void
  /** True once the transport was closed. */
  isClosed: () => boolean
  /** Says what went wrong where no error can carry it. */
  warn: (message: string) => void
}
