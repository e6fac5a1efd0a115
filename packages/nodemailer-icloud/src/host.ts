import type { Taker } from './outbox/outbox.ts'
import type { InnerTransport } from './nodemailer-shapes.ts'
import type { Settings } from './settings.ts'

/** What all mails of one transport share. */
export interface Host {
  settings: Settings
  inner: InnerTransport
  /** As in {@link Job}. */
  offer?: (() => Taker | null) | undefined
  /** True once the transport was closed. */
  isClosed: () => boolean
  /** Says what went wrong where no error can carry it. */
  warn: (message: string) => void
}
