import type { Admission } from '@icloud-delivery/engine'
import { abortError } from './abort.ts'
import { admitRecipients } from './admit-recipients.ts'
import { findAppleRecipients } from './apple-recipients.ts'
import { completeInfo } from './complete-info.ts'
import { asError } from './inner-send.ts'
import type { EnvelopeLike, InfoLike, InnerTransport, MailLike, SendCallback } from './nodemailer-shapes.ts'
import { plainRecipients, plainSender } from './plain-addresses.ts'
import { prepareJob } from './prepare-job.ts'
import { resultOf } from './result.ts'
import { runJob } from './run-job.ts'
import type { Settings } from './settings.ts'

/** One call of `send`: finds out whether the mail is any business of ours, and passes it on or takes it over. */
export class Dispatch {
  readonly #settings: Settings
  readonly #inner: InnerTransport
  readonly #mail: MailLike
  readonly #finish: SendCallback
  readonly #warn: (message: string) => void
  #plainTo: string[] | null = null
  #envelope: EnvelopeLike | null = null

  constructor(
    settings: Settings,
    inner: InnerTransport,
    mail: MailLike,
    finish: SendCallback,
    warn: (message: string) => void,
  ) {
    this.#settings = settings
    this.#inner = inner
    this.#mail = mail
    this.#finish = finish
    this.#warn = warn
  }

  /** Never throws; the callback gets every error. */
  start(): void {
    try {
      this.#plainTo = plainRecipients(this.#mail.message)
      const recipients = this.#plainTo ?? this.#readEnvelope().to
      if (recipients.length === 0) return this.#leave(() => this.#pass(recipients))
      const apple = findAppleRecipients(recipients, this.#settings.lookup)
      if (Array.isArray(apple)) return this.#admit(recipients, apple)
      apple.then((found) => this.#admit(recipients, found)).catch((error: unknown) => this.#fail(error))
    } catch (error) {
      this.#fail(error)
    }
  }

  #admit(recipients: readonly string[], apple: readonly boolean[]): void {
    const { engines, peer, lane, streamOf, clock } = this.#settings
    const anyApple = apple.includes(true)
    const startedAt = clock()
    // Only what Apple's part of the ledger is asked for has to do with a sender.
    const sender = this.#settings.sender ?? ((anyApple && this.#readEnvelope().from) || '')
    const stream = streamOf(this.#mail)
    const route = { apple, hop: peer.hop, messageId: () => this.#mail.message.messageId() }
    admitRecipients(engines.get(), { recipients, sender, stream, lane }, route)
      .then((admissions) => {
        const { signal } = this.#mail.data
        if (signal?.aborted) return this.#fail(abortError(signal))
        if (anyApple || admissions.some(({ decision }) => decision !== 'send')) {
          return this.#takeOver(recipients, apple, admissions, { sender, stream, startedAt })
        }
        return this.#leave(() => this.#pass(recipients))
      })
      .catch((error: unknown) => this.#fail(error))
  }

  /** Mail that is none of our business: the inner transport gets it as it is. */
  #pass(recipients: readonly string[]): void {
    const all = [...recipients]
    let called = false
    try {
      this.#inner.send(this.#mail, (error: Error | null, info?: InfoLike) => {
        called = true
        this.#finish(error, info && completeInfo(info, all))
      })
    } catch (error) {
      if (called) throw error
      this.#finish(asError(error))
    }
  }

  async #takeOver(
    addresses: readonly string[],
    apple: readonly boolean[],
    admissions: readonly Admission[],
    about: { sender: string; stream: string; startedAt: number },
  ): Promise<void> {
    const recipients = addresses.map((address, index) => {
      const admission = admissions[index]
      if (!admission) {
        throw new Error(`The engine gave ${admissions.length} answers for ${addresses.length} recipients`)
      }
      return { address, apple: apple[index] ?? false, admission }
    })
    const job = await prepareJob(this.#settings, {
      ...about,
      inner: this.#inner,
      mail: this.#mail,
      envelope: { ...this.#readEnvelope(), to: [...addresses] },
      recipients,
      warn: this.#warn,
    })
    const result = resultOf(job, await runJob(job, this.#settings.sharing))
    this.#leave(() => ('error' in result ? this.#finish(result.error) : this.#finish(null, result.info)))
  }

  #readEnvelope(): EnvelopeLike {
    return (this.#envelope ??= this.#plainEnvelope() ?? this.#mail.message.getEnvelope())
  }

  #plainEnvelope(): EnvelopeLike | null {
    const from = this.#plainTo && plainSender(this.#mail.message)
    return from ? { from, to: this.#plainTo ?? [] } : null
  }

  #fail(error: unknown): void {
    this.#leave(() => this.#finish(asError(error)))
  }

  /** Leaves the promise that we are in: what the caller's callback throws is no rejection of ours. */
  #leave(task: () => void): void {
    process.nextTick(task)
  }
}
