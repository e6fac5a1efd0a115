import { configError } from './config-error.ts'
import { IcloudTransport } from './icloud-transport.ts'
import type { InnerTransport } from './nodemailer-shapes.ts'
import type { IcloudOptions } from './options.ts'
import type { IcloudInfo } from './result.ts'

/** A Nodemailer transporter, of any version. */
export interface TransporterLike {
  transporter: unknown
  // oxlint-disable-next-line typescript/no-explicit-any -- its mails and results differ from version to version
  sendMail(...args: any[]): unknown
}

type MailOf<T extends TransporterLike> = Parameters<T['sendMail']>[0]

/** The same transporter, whose `sendMail` also tells what {@link IcloudInfo} says. */
export type WithIcloud<T extends TransporterLike, Info = Record<string, unknown>> = T & {
  sendMail(mail: MailOf<T>): Promise<Info & IcloudInfo>
  transporter: IcloudTransport
}

/**
 * Puts this package inside a ready transporter and returns it. The transporter keeps its dkim, proxy, defaults, plugins
 * and listeners.
 *
 * @throws Error `ECONFIG` for options that cannot be right, and what `createEngine` throws
 */
export function withIcloud<T extends TransporterLike>(transporter: T, options: IcloudOptions = {}): WithIcloud<T> {
  const inner = transporter?.transporter as InnerTransport | undefined
  if (typeof inner?.send !== 'function') {
    throw configError('the transporter', 'one made by nodemailer.createTransport', transporter)
  }
  if (inner instanceof IcloudTransport) {
    throw configError('the transporter', 'one that is not wrapped yet', 'a wrapped one')
  }
  transporter.transporter = new IcloudTransport(inner, options)
  return transporter as WithIcloud<T>
}
