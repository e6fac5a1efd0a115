import type { Admission } from '@icloud-delivery/engine'
import { abortError } from './abort.ts'
import { findAppleRecipients } from './apple-recipients.ts'
import { attribute } from './attribution.ts'
import { watchBody } from './body-watch.ts'
import { completeInfo, infoOfOne } from './complete-info.ts'
import { conclude } from './conclude.ts'
import { deliver } from './deliver.ts'
import { errorsIn } from './failures.ts'
import type { Host } from './host.ts'
import { asError, handOver, innerSend, threwNothing } from './inner-send.ts'
import type { Job, Recipient } from './job.ts'
import { deliverByOf } from './mail-fields.ts'
import { namedRecipients } from './mail-view.ts'
import type { EnvelopeLike, InfoLike, MailLike, SendCallback } from './nodemailer-shapes.ts'
import { plainRecipients, plainSender } from './plain-addresses.ts'
import { postpone } from './postpone.ts'
import { prepareJob } from './prepare-job.ts'
import { resultOf } from './result.ts'
import { runJob } from './run-job.ts'
import { runPreflight } from './run-preflight.ts'
import { isSingleUseMail } from './single-use-content.ts'
import type { Settled } from './settled.ts'
import type { Transaction } from './transaction.ts'
import { tellUndelivered, type OnUndelivered } from './undelivered.ts'

/** One call of `send`: finds out whether the mail is any business of ours, and passes it on or takes it over. */
export class Dispatch {
  readonly #host: Host
  readonly #mail: MailLike
  readonly #finish: SendCallback
  #plainTo: string[] | null = null
  #envelope: EnvelopeLike | null = null
  #startedAt = 0
  #stream: string | null = null
  #deliverBy: number | null = null

  constructor(host: Host, mail: MailLike, finish: SendCallback) {
    this.#host = host
    this.#mail = mail
    this.#finish = finish
  }

  /** Never throws; the callback gets every error. */
  start(): void {
    try {
      this.#deliverBy = deliverByOf(this.#mail.data)
      this.#plainTo = plainRecipients(this.#mail.message)
      const recipients = this.#plainTo ?? this.#readEnvelope().to
      if (recipients.length === 0) return this.#pass(recipients)
      const apple = findAppleRecipients(recipients, this.#host.settings.lookup)
      if (Array.isArray(apple)) return this.#admit(recipients, apple)
      apple.then((found) => this.#admit(recipients, found)).catch((error: unknown) => this.#fail(error))
    } catch (error) {
      this.#fail(error)
    }
  }

  /**
   * Looks up who is suppressed; no more is to be asked for what is not Apple's, or goes to a relay. For Apple's recipients
   * on a direct hop it is asked later, when they go.
   */
  #admit(addresses: readonly string[], apple: readonly boolean[]): void {
    const { engines, peer, clock, outbox } = this.#host.settings
    this.#startedAt = clock()
    // With an outbox, too, nothing goes to Apple now: only who is suppressed is to be known.
    const later = peer.hop === 'direct' && outbox === null && apple.includes(true)
    // Mostly nobody is suppressed, which is known without a promise.
    const isFree = !later && engines.get().suppressesNone(this.#alsoNamed(addresses))
    if (isFree && !this.#mail.data.signal?.aborted && this.#passOn(addresses, apple)) return
    this.#ask(addresses, apple, later).catch((error: unknown) => this.#fail(error))
  }

  /** @param later Apple's recipients are asked about when they go */
  async #ask(addresses: readonly string[], apple: readonly boolean[], later: boolean): Promise<void> {
    const { engines, lane } = this.#host.settings
    const recipients = this.#alsoNamed(later ? addresses.filter((_, index) => !apple[index]) : addresses)
    const question = { recipients, sender: '', stream: this.#streamName, lane, hop: 'relay' as const }
    const admissions = recipients.length > 0 ? await engines.get().admit(question) : []
    const { signal } = this.#mail.data
    if (signal?.aborted) throw abortError(signal)
    const isFree = !later && admissions.every(({ decision }) => decision === 'send')
    if (isFree && this.#passOn(addresses, apple)) return
    await this.#takeOver(recipientsOf(addresses, apple, admissions, later), null)
  }

  /** Nobody is suppressed: has the inner transport send the mail as it is, if that is all there is to do. */
  #passOn(addresses: readonly string[], apple: readonly boolean[]): boolean {
    const { local, outbox } = this.#host.settings
    if (local || !apple.includes(true)) {
      this.#pass(addresses)
      return true
    }
    const [address, ...others] = addresses
    const isLate = this.#deliverBy !== null && this.#deliverBy <= this.#startedAt
    if (address === undefined || others.length > 0 || isLate || outbox !== null || !this.#isResendable())
      return false
    this.#passWatched(address)
    return true
  }

  /**
   * With those at the end whom a transport finds in the data, though an envelope of the mail leaves them out: if one of them is
   * suppressed, the mail must not go as it is.
   */
  #alsoNamed(addresses: readonly string[]): readonly string[] {
    const { message } = this.#mail
    if (!this.#host.settings.readsData || !message._envelope) return addresses
    const others = namedRecipients(message).filter((address) => !addresses.includes(address))
    return addresses.concat(others)
  }

  get #streamName(): string {
    return (this.#stream ??= this.#host.settings.streamOf(this.#mail))
  }

  /** Mail that is none of our business: the inner transport gets it as it is. Never throws. */
  #pass(recipients: readonly string[]): void {
    let called = false
    let inside = true
    const done = (error: Error | null, info?: InfoLike): void => {
      called = true
      // Whatever the caller's callback throws is no rejection of ours, and no failure of the inner transport.
      if (inside) return this.#leave(() => this.#finish(error, info && completeInfo(info, recipients)))
      this.#finish(error, info && completeInfo(info, recipients))
    }
    const failed = (error: unknown): void => {
      if (called) this.#host.warn(`The inner transport called back, and then threw: ${String(error)}`)
      else this.#fail(error ?? threwNothing())
    }
    inside = handOver(this.#host.inner, this.#mail, done, failed)
  }

  /** True if the inner transport may get the mail itself, and a view of it later. */
  #isResendable(): boolean {
    const { message } = this.#mail
    const { returnPaths, preflight } = this.#host.settings
    if (returnPaths !== null || preflight !== null) return false
    // Nodemailer notes replies in an envelope that the caller gave, and takes them for those of the next try.
    return !message._envelope && message.processFunc !== undefined && !isSingleUseMail(this.#mail)
  }

  /** Mail to one Apple recipient over a relay: the inner transport gets it as it is, and it is taken over if it fails. */
  #passWatched(address: string): void {
    const isBodyRead = watchBody(this.#mail.message)
    innerSend(this.#host.inner, this.#mail)
      .then((result) => {
        if (attribute(result, address, true, null).kind === 'delivered')
          return this.#leave(() => this.#finish(null, infoOfOne(result.info, address, this.#mail.message)))
        const bodyRead = isBodyRead?.() ?? false
        const first = { result, recipients: [address], returnPath: null, bodyRead, envelope: null }
        return this.#takeOver([{ address, apple: true, admission: null }], first)
      })
      .catch((error: unknown) => this.#fail(error))
  }

  /** @param first how the first try went, if it was made already */
  async #takeOver(recipients: readonly Recipient[], first: Transaction | null): Promise<void> {
    const { settings } = this.#host
    const envelope = this.#readEnvelope()
    const prepared = await prepareJob(this.#host, {
      stream: this.#streamName,
      startedAt: this.#startedAt,
      deliverBy: this.#deliverBy,
      sender: settings.sender ?? (envelope.from || ''),
      mail: this.#mail,
      envelope: { ...envelope, to: recipients.map(({ address }) => address) },
      recipients,
    })
    const job = await this.#checked(prepared)
    const settled = await this.#settle(job, first)
    this.#tell(recipients, settled)
    const result = resultOf(job, settled)
    this.#leave(() => ('error' in result ? this.#finish(result.error) : this.#finish(null, result.info)))
  }

  /** With what is found before mail goes to Apple. */
  async #checked(job: Job): Promise<Job> {
    const { preflight } = this.#host.settings
    const isForApple = job.recipients.some(
      ({ apple, admission }) => apple && admission?.decision !== 'suppressed',
    )
    if (preflight === null || !isForApple) return job
    const findings = await runPreflight(job, preflight)
    const isRefused = preflight.refuses && errorsIn(findings).length > 0
    this.#host.found({ messageId: job.messageId, campaign: job.route.campaign ?? null, findings, isRefused })
    return { ...job, findings, isRefused }
  }

  async #settle(job: Job, first: Transaction | null): Promise<Settled[]> {
    const [only] = job.recipients
    try {
      const outcomes =
        first && only
          ? [await deliver(job, only, await conclude(job, only, first, 1))]
          : await runJob(job, this.#host.settings.sharing)
      return await postpone(job, outcomes)
    } finally {
      job
        .dispose()
        .catch((error: unknown) => job.warn(`A temporary file could not be removed: ${String(error)}`))
    }
  }

  /** Tells who does not get the mail, so that the application can use another channel. */
  #tell(recipients: readonly Recipient[], settled: readonly Settled[]): void {
    const { settings, warn } = this.#host
    const { data } = this.#mail
    const own = data['onUndelivered']
    const hook = typeof own === 'function' ? (own as OnUndelivered) : settings.onUndelivered
    if (hook === null) return
    for (const [index, outcome] of settled.entries()) {
      if (outcome.state !== 'rejected') continue
      const { failure } = outcome
      if (recipients[index]?.apple || failure.code === 'ESUPPRESSED')
        tellUndelivered(hook, data, failure, warn)
    }
  }

  #readEnvelope(): EnvelopeLike {
    return (this.#envelope ??= this.#plainEnvelope() ?? this.#ownEnvelope())
  }

  #ownEnvelope(): EnvelopeLike {
    const { message } = this.#mail
    const envelope = message.getEnvelope()
    // One with a sender only: such a transport has its recipients nevertheless.
    if (envelope.to.length > 0 || !this.#host.settings.readsData) return envelope
    return { ...envelope, to: namedRecipients(message) }
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

/** @param later Apple's recipients have no admission yet */
function recipientsOf(
  addresses: readonly string[],
  apple: readonly boolean[],
  admissions: readonly Admission[],
  later: boolean,
): Recipient[] {
  const answers = admissions.values()
  return addresses.map((address, index) => {
    const isApple = apple[index] ?? false
    if (later && isApple) return { address, apple: true, admission: null }
    const admission = answers.next().value
    if (!admission) throw new Error(`The engine gave ${admissions.length} answers, which are too few`)
    return { address, apple: isApple, admission }
  })
}
