import type { Readable } from 'node:stream'

// Nodemailer 7 to 10 as far as the wrapper touches it. Hosts bring their own copy and version of Nodemailer, so
// nothing here is imported from it and nothing is told apart by `instanceof`.

/** The SMTP envelope. May carry `size`, `use8BitMime` and `dsn` besides. */
export interface EnvelopeLike {
  from: string | false
  to: string[]
  [key: string]: unknown
}

/** The MIME tree of a mail. */
export interface MessageLike {
  getEnvelope(): EnvelopeLike
  messageId(): string
  createReadStream(...args: unknown[]): Readable
  processFunc?(process: (input: Readable) => Readable): void
  getHeader?(key: string): unknown
  getAddresses?(): Record<string, unknown>
  childNodes?: MessageLike[]
  content?: unknown
  _raw?: unknown
  _transforms?: unknown
  _envelope?: unknown
  _headers?: unknown
}

/** The fields given to `sendMail`, with the transporter's defaults. */
export interface MailData {
  signal?: AbortSignal | null | undefined
  [key: string]: unknown
}

/** What Nodemailer hands to a transport. */
export interface MailLike {
  data: MailData
  message: MessageLike
}

/** What a transport answers. */
export interface InfoLike {
  envelope?: unknown
  messageId?: string
  response?: string
  accepted?: unknown
  rejected?: unknown
  pending?: unknown
  rejectedErrors?: unknown
  [key: string]: unknown
}

/** A Nodemailer error, or any other that a transport gives. */
export interface ErrorLike extends Error {
  code?: string
  command?: string
  response?: string
  responseCode?: number
  permanent?: boolean
  recipient?: string
  rejected?: unknown
  rejectedErrors?: unknown
}

/** Receives the outcome of a send, once. */
export type SendCallback<T = InfoLike> = (error: Error | null, info?: T) => void

/** Any Nodemailer transport. */
export interface InnerTransport {
  name: string
  version: string
  // oxlint-disable-next-line typescript/no-explicit-any -- each transport has types of its own for these two
  send(mail: any, callback: (...args: any[]) => void): unknown
  // oxlint-disable-next-line typescript/no-explicit-any
  verify?(...args: any[]): any
  // oxlint-disable-next-line typescript/no-explicit-any
  close?(...args: any[]): any
  // oxlint-disable-next-line typescript/no-explicit-any
  isIdle?(...args: any[]): any
  // oxlint-disable-next-line typescript/no-explicit-any
  on?(event: string, listener: (...args: any[]) => void): any
  // oxlint-disable-next-line typescript/no-explicit-any -- Nodemailer's own object, of whatever version
  mailer?: any
  // oxlint-disable-next-line typescript/no-explicit-any
  getSocket?: any
  // oxlint-disable-next-line typescript/no-explicit-any -- made by Nodemailer from the option `logger`
  logger?: any
  options?: unknown
}
