import { abortError } from './abort.ts'
import type { Send } from './gate.ts'
import type { ErrorLike, InfoLike, InnerTransport, MailLike, SendCallback } from './nodemailer-shapes.ts'

/** How one call of the inner transport ended. */
export interface InnerResult {
  error: ErrorLike | null
  info: InfoLike
}

/** Nodemailer itself gives up ten minutes after the last sign of life; who says nothing for an hour never will. */
export const silenceMs = 3_600_000

export const plainSend: Send = (inner, mail, callback) => inner.send(mail, callback)

/**
 * Sends through the inner transport. Never rejects; what it throws, and a second call of the callback, are caught. Ends as
 * soon as the signal of the mail is aborted, and after an hour without an answer: what is waited for in vain would take a
 * place in the lane for good.
 */
export function innerSend(
  inner: InnerTransport,
  mail: MailLike,
  send: Send = plainSend,
): Promise<InnerResult> {
  const { signal } = mail.data
  return new Promise((resolve) => {
    let isDone = false
    const done = (error: unknown, info?: InfoLike | null) => {
      isDone = true
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
      resolve({ error: error ? asError(error) : null, info: info ?? {} })
    }
    const failed = (error: unknown): void => done(error ?? threwNothing())
    const stop = () => done(abortError(signal))
    const timer = setTimeout(() => done(silent()), silenceMs)
    timer.unref()
    handOver(inner, mail, done, failed, send)
    // After the transport's own listener: what it has to say goes first.
    if (!signal || isDone) return
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}

/**
 * Has the inner transport send. What it throws goes to `failed`, and so does what one that is `async` rejects with instead.
 *
 * @returns whether it is `async`: it calls back from inside a promise of its own then
 */
export function handOver(
  inner: InnerTransport,
  mail: MailLike,
  done: SendCallback,
  failed: (thrown: unknown) => void,
  send: Send = plainSend,
): boolean {
  try {
    const answer = send(inner, mail, done)
    if (!isPromise(answer)) return false
    answer.then(undefined, failed)
    return true
  } catch (error) {
    failed(error)
    return false
  }
}

function isPromise(answer: unknown): answer is PromiseLike<unknown> {
  return (
    typeof answer === 'object' && answer !== null && typeof (answer as { then?: unknown }).then === 'function'
  )
}

/** Instead of what is no error at all. */
export function threwNothing(): Error {
  return new Error('The inner transport threw nothing')
}

function silent(): ErrorLike {
  const message = `The inner transport did not answer within ${silenceMs / 60_000} minutes`
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' })
}

/** What was thrown or handed over, as an Error. */
export function asError(thrown: unknown): ErrorLike {
  return thrown instanceof Error || Object.prototype.toString.call(thrown) === '[object Error]'
    ? (thrown as ErrorLike)
    : new Error(`The inner transport failed: ${String(thrown)}`)
}
