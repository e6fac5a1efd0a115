import { configError } from './config-error.ts'
import { IcloudTransport } from './icloud-transport.ts'
import type { IcloudMailFields } from './mail-fields.ts'
import { noFatalError } from './no-fatal-error.ts'
import type { InnerTransport } from './nodemailer-shapes.ts'
import type { IcloudOptions } from './options.ts'
import type { IcloudInfo } from './result.ts'

/** A Nodemailer transporter, of any version. */
export interface TransporterLike {
  transporter: unknown
  // oxlint-disable-next-line typescript/no-explicit-any -- its mails and results differ from version to version
  sendMail(...args: any[]): unknown
}

// The last overload of `sendMail` is the one with a callback in Nodemailer 10, the one with a promise in the types of 7
// to 9.
type MailOf<T extends TransporterLike> = Parameters<T['sendMail']>[0] & IcloudMailFields
type InfoOf<T extends TransporterLike> = T extends {
  // oxlint-disable-next-line typescript/no-explicit-any
  sendMail(mail: any, callback: (error: any, info: infer Info) => void): void
}
  ? Info
  : Awaited<ReturnType<T['sendMail']>>

/** What `sendMail` of a wrapped transporter resolves with. */
export type IcloudInfoOf<T extends TransporterLike> = Omit<KnownKeys<InfoOf<T>>, keyof IcloudInfo> &
  IcloudInfo

/** Without an index signature, which would make `Omit` forget the keys that are named. */
type KnownKeys<T> = { [K in keyof T as string extends K ? never : K]: T[K] }

/** The same transporter, whose `sendMail` also tells what {@link IcloudInfo} says. */
export type WithIcloud<T extends TransporterLike> = {
  sendMail(mail: MailOf<T>): Promise<IcloudInfoOf<T>>
  sendMail(mail: MailOf<T>, callback: (error: Error | null, info: IcloudInfoOf<T>) => void): void
  transporter: IcloudTransport
} & T

/**
 * Puts this package inside a ready transporter and returns it. The transporter keeps its dkim, proxy, defaults, plugins
 * and listeners.
 *
 * @throws Error `ECONFIG` for options that cannot be right, and what `createEngine` throws
 */
export function withIcloud<T extends TransporterLike>(
  transporter: T,
  options: IcloudOptions = {},
): WithIcloud<T> {
  const inner = transporter?.transporter as InnerTransport | undefined
  if (typeof inner?.send !== 'function') {
    throw configError('the transporter', 'one made by nodemailer.createTransport', transporter)
  }
  if (inner instanceof IcloudTransport) {
    throw configError('the transporter', 'one that is not wrapped yet', 'a wrapped one')
  }
  transporter.transporter = new IcloudTransport(inner, options)
  noFatalError(transporter)
  return transporter as WithIcloud<T>
}
