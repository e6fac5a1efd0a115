import { EventEmitter } from 'node:events'
import type { Admission, Engine } from '@icloud-delivery/engine'
import { abortError } from './abort.ts'
import { admitRecipients } from './admit-recipients.ts'
import { findAppleRecipients } from './apple-recipients.ts'
import { completeInfo } from './complete-info.ts'
import { configError } from './config-error.ts'
import { asError } from './inner-send.ts'
import type { EnvelopeLike, InfoLike, InnerTransport, MailLike, SendCallback } from './nodemailer-shapes.ts'
import type { IcloudOptions } from './options.ts'
import { prepareJob } from './prepare-job.ts'
import { resultOf, type IcloudInfo } from './result.ts'
import { runJob } from './run-job.ts'
import { settingsOf, type Settings } from './settings.ts'

/** What `sendMail` resolves with: the inner transport's info and the lists of this package. */
export type IcloudSentMessageInfo = Omit<InfoLike, keyof IcloudInfo> & IcloudInfo

/** A Nodemailer transport around another one. Made by {@link icloudTransport} and `withIcloud`. */
export class IcloudTransport extends EventEmitter {
  readonly name: string
  readonly version: string
  readonly supportsAbortSignal = true
  // oxlint-disable-next-line typescript/no-explicit-any -- as each inner transport has it
  declare verify?: (...args: any[]) => any
  // oxlint-disable-next-line typescript/no-explicit-any
  declare isIdle?: (...args: any[]) => any
  readonly #inner: InnerTransport
  readonly #settings: Settings
  #running = 0
  #closed = false

  constructor(inner: InnerTransport, options: IcloudOptions = {}) {
    super()
    // Some hosts make a transporter around the same transport for each mail, and each one listens.
    this.setMaxListeners(0)
    this.#inner = inner
    this.#settings = settingsOf(inner, options)
    this.name = `${inner.name} + icloud`
    this.version = inner.version
    // Only what the inner transport has: Nodemailer warns of the rest, as it does without this package.
    if (inner.verify) this.verify = (...args) => inner.verify?.(...args) as unknown
    if (inner.isIdle) this.isIdle = (...args) => inner.isIdle?.(...args) as unknown
    this.#forwardEvents()
  }

  /** Decides and remembers; for `release`, `suppress`, events and the like. */
  get engine(): Engine {
    return this.#settings.engines.get()
  }

  /** The transport inside. */
  get inner(): InnerTransport {
    return this.#inner
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- the type of the inner transport's options is not known
  get options(): any {
    return this.#inner.options
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- Nodemailer's own object, of whatever version
  get mailer(): any {
    return this.#inner.mailer
  }

  set mailer(mailer: unknown) {
    this.#inner.mailer = mailer
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- set by Nodemailer where a proxy is configured
  get getSocket(): any {
    return this.#inner.getSocket
  }

  set getSocket(handler: unknown) {
    this.#inner.getSocket = handler
  }

  /** Called by Nodemailer. Every error goes to the callback. */
  send(mail: MailLike, callback: SendCallback<IcloudSentMessageInfo>): void {
    this.#running++
    let finished = false
    const finish: SendCallback = (error, info) => {
      if (!finished) {
        finished = true
        this.#running--
        if (this.#closed) this.#closeEngine()
      }
      callback(error, info as IcloudSentMessageInfo)
    }
    // Out of the promise that it was found in: what the caller's callback throws is no rejection of ours.
    const fail = (error: unknown) => process.nextTick(finish, asError(error))
    try {
      const envelope = mail.message.getEnvelope()
      if (envelope.to.length === 0) return this.#pass(mail, envelope.to, finish)
      const apple = findAppleRecipients(envelope.to, this.#settings.lookup)
      if (Array.isArray(apple)) return this.#admit(mail, envelope, apple, finish, fail)
      apple.then((found) => this.#admit(mail, envelope, found, finish, fail)).catch(fail)
    } catch (error) {
      fail(error)
    }
  }

  /** Closes the inner transport, and the engine once no mail is on its way any more. */
  close(...args: unknown[]): unknown {
    this.#closed = true
    const result = this.#inner.close?.(...args) as unknown
    this.#closeEngine()
    return result
  }

  #admit(
    mail: MailLike,
    envelope: EnvelopeLike,
    apple: boolean[],
    finish: SendCallback,
    fail: (error: unknown) => void,
  ): void {
    const { engines, peer, lane, streamOf, clock } = this.#settings
    const startedAt = clock()
    const sender = this.#settings.sender ?? (envelope.from || '')
    const stream = streamOf(mail)
    const engine = engines.get()
    const request = { recipients: envelope.to, sender, stream, lane }
    admitRecipients(engine, request, { apple, hop: peer.hop, messageId: () => mail.message.messageId() })
      .then((admissions) => {
        const { signal } = mail.data
        if (signal?.aborted) return fail(abortError(signal))
        if (!apple.includes(true) && admissions.every(({ decision }) => decision === 'send')) {
          process.nextTick(() => this.#pass(mail, envelope.to, finish))
          return
        }
        return this.#split(mail, envelope, apple, admissions, { sender, stream, startedAt }, finish)
      })
      .catch(fail)
  }

  /** Mail that is none of our business: the inner transport gets it as it is. */
  #pass(mail: MailLike, recipients: readonly string[], finish: SendCallback): void {
    const all = [...recipients]
    let called = false
    try {
      this.#inner.send(mail, (error: Error | null, info?: InfoLike) => {
        called = true
        finish(error, info && completeInfo(info, all))
      })
    } catch (error) {
      if (called) throw error
      finish(asError(error))
    }
  }

  async #split(
    mail: MailLike,
    envelope: EnvelopeLike,
    apple: readonly boolean[],
    admissions: readonly Admission[],
    about: { sender: string; stream: string; startedAt: number },
    finish: SendCallback,
  ): Promise<void> {
    const recipients = envelope.to.map((address, index) => {
      const admission = admissions[index]
      if (!admission)
        throw new Error(`The engine gave ${admissions.length} answers for ${envelope.to.length} recipients`)
      return { address, apple: apple[index] ?? false, admission }
    })
    const job = await prepareJob(this.#settings, {
      ...about,
      inner: this.#inner,
      mail,
      envelope: { ...envelope, to: [...envelope.to] },
      recipients,
      warn: (message) => this.emit('log', { type: 'icloud', message }),
    })
    const result = resultOf(job, await runJob(job, this.#settings.sharing))
    if ('error' in result) process.nextTick(finish, result.error)
    else process.nextTick(finish, null, result.info)
  }

  #forwardEvents(): void {
    const inner = this.#inner
    if (!inner.on) return
    for (const event of ['log', 'idle', 'clear', 'close', 'token']) {
      inner.on(event, (...args) => this.emit(event, ...(args as unknown[])))
    }
    // Nodemailer passes an `error` event on, and one that nobody listens to ends the process. Each send gets its error
    // through its callback anyway.
    inner.on('error', (error: unknown) =>
      this.emit('log', { type: 'error', message: asError(error).message }),
    )
  }

  #closeEngine(): void {
    if (this.#running > 0) return
    this.#settings.engines.close().catch((error: unknown) => {
      this.emit('log', { type: 'icloud', message: `The engine could not be closed: ${String(error)}` })
    })
  }
}

/**
 * Wraps a Nodemailer transport, for `nodemailer.createTransport`.
 *
 * Nodemailer gives no `dkim`, `proxy` or `logger` to a transport that it did not make itself: where you need them, use
 * `withIcloud`.
 *
 * @throws Error `ECONFIG` for options that cannot be right, and what `createEngine` throws
 */
export function icloudTransport(inner: InnerTransport, options: IcloudOptions = {}): IcloudTransport {
  if (typeof inner?.send !== 'function') {
    throw configError(
      'the inner transport',
      'an object with a send method (for a transporter use withIcloud)',
      inner,
    )
  }
  return new IcloudTransport(inner, options)
}
