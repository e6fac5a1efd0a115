import type { ErrorLike, InfoLike, InnerTransport, MailLike } from './nodemailer-shapes.ts'

/** How one call of the inner transport ended. */
export interface InnerResult {
  error: ErrorLike | null
  info: InfoLike
}

/** Sends through the inner transport. Never rejects; what it throws, and a second call of the callback, are caught. */
export function innerSend(inner: InnerTransport, mail: MailLike): Promise<InnerResult> {
  return new Promise((resolve) => {
    const done = (error: unknown, info?: InfoLike | null) =>
      resolve({ error: error ? asError(error) : null, info: info ?? {} })
    try {
      inner.send(mail, done)
    } catch (error) {
      done(error ?? new Error('The inner transport threw nothing'))
    }
  })
}

/** What was thrown or handed over, as an Error. */
export function asError(thrown: unknown): ErrorLike {
  return thrown instanceof Error || Object.prototype.toString.call(thrown) === '[object Error]'
    ? (thrown as ErrorLike)
    : new Error(`The inner transport failed: ${String(thrown)}`)
}
