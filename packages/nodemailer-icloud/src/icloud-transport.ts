import { EventEmitter } from 'node:events'
import type { Canary, CanaryOptions, Engine } from '@icloud-delivery/engine'
import { CampaignFindings, type CampaignFinding } from './campaign-findings.ts'
import { configError } from './config-error.ts'
import { Dispatch } from './dispatch.ts'
import type { Host, MailFindings } from './host.ts'
import { asError } from './inner-send.ts'
import type { InfoLike, InnerTransport, MailLike, SendCallback } from './nodemailer-shapes.ts'
import type { IcloudOptions } from './options.ts'
import type { IcloudInfo } from './result.ts'
import { OwnHooks } from './outbox/own-hooks.ts'
import { OutboxWorker } from './outbox/worker/outbox-worker.ts'
import { settingsOf } from './settings.ts'

/** What `sendMail` resolves with: the inner transport's info and the lists of this package. */
export type IcloudSentMessageInfo = Omit<InfoLike, keyof IcloudInfo> & IcloudInfo

/** How a test batch stands, with what the preflight found in the messages of its campaign that this process sent. */
export interface CampaignCanary extends Canary {
  /** Those in most messages first; empty without the option `preflight`. */
  findings: CampaignFinding[]
}

/** A Nodemailer transport around another one. Made by {@link icloudTransport} and `withIcloud`. */
export class IcloudTransport extends EventEmitter {
  readonly name: string
  readonly version: string
  readonly supportsAbortSignal = true
  // oxlint-disable-next-line typescript/no-explicit-any -- as each inner transport has it
  declare verify?: (...args: any[]) => any
  // oxlint-disable-next-line typescript/no-explicit-any
  declare isIdle?: (...args: any[]) => any
  readonly #host: Host
  readonly #worker: OutboxWorker | null = null
  readonly #findings = new CampaignFindings()
  #running = 0
  #closed = false
  #workerDone = false

  constructor(inner: InnerTransport, options: IcloudOptions = {}) {
    super()
    // Some hosts make a transporter around the same transport for each mail, and each one listens.
    this.setMaxListeners(0)
    const settings = settingsOf(inner, options)
    const keepsHooks = options.outboxWorker !== false && settings.onUndelivered !== null
    this.#host = {
      inner,
      settings,
      ownHooks: keepsHooks ? new OwnHooks(settings) : null,
      isClosed: () => this.#closed,
      found: (what) => this.#found(what),
      offer: () => this.#worker?.offer() ?? null,
      warn: (message) => this.#warn(message),
    }
    this.name = `${inner.name} + icloud`
    this.version = inner.version
    // Only what the inner transport has: Nodemailer warns of the rest, as it does without this package.
    if (inner.verify) this.verify = (...args) => inner.verify?.(...args) as unknown
    if (inner.isIdle) this.isIdle = (...args) => inner.isIdle?.(...args) as unknown
    this.#forwardEvents()
    const { outbox } = settings
    if (outbox === null || options.outboxWorker === false) return
    this.#worker = new OutboxWorker({
      host: this.#host,
      outbox,
      onClosed: async () => {},
      holdsProcess: false,
    })
    this.#worker.start()
  }

  /** Decides and remembers; for `release`, `suppress`, events and the like. */
  get engine(): Engine {
    return this.#host.settings.engines.get()
  }

  /** Sends what is in the outbox; `null` without one, and with `outboxWorker: false`. */
  get worker(): OutboxWorker | null {
    return this.#worker
  }

  /**
   * Declares a test batch: the first recipients of a campaign go, the rest is held (`EHELD`) until Apple has answered to them, on a
   * direct hop. Declared again it says how it stands. On a relay hop it holds nothing here, which is logged: only what brings
   * the campaign to Apple's MX with the same ledger, such as haraka-plugin-icloud, obeys it.
   *
   * @param options as of the engine's `canary`; `id` is what the option `campaign` gives for the mail
   */
  async canary(options: CanaryOptions): Promise<CampaignCanary> {
    if (this.#host.settings.peer.hop === 'relay')
      this.#warn(
        `The test batch of ${options.id} holds nothing back here: this transport hands mail to a relay, whose answer is not Apple's. ` +
          "It works where the campaign is brought to Apple's MX with the same ledger, such as by haraka-plugin-icloud.",
      )
    return this.#withFindings(await this.engine.canary(options))
  }

  /** How all test batches of the ledger stand. */
  async canaries(): Promise<CampaignCanary[]> {
    const all = await this.engine.canaries()
    return all.map((canary) => this.#withFindings(canary))
  }

  #withFindings(canary: Canary): CampaignCanary {
    return { ...canary, findings: this.#findings.of(canary.id) }
  }

  #found(what: MailFindings): void {
    if (what.campaign !== null) this.#findings.add(what.campaign, what.findings)
    if (what.findings.length === 0) return
    try {
      this.emit('findings', what)
    } catch (error) {
      this.#warn(`A listener to "findings" failed: ${String(error)}`)
    }
  }

  /** The transport inside. */
  get inner(): InnerTransport {
    return this.#host.inner
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- the type of the inner transport's options is not known
  get options(): any {
    return this.#host.inner.options
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- Nodemailer's own object, of whatever version
  get mailer(): any {
    return this.#host.inner.mailer
  }

  set mailer(mailer: unknown) {
    this.#host.inner.mailer = mailer
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- set by Nodemailer where a proxy is configured
  get getSocket(): any {
    return this.#host.inner.getSocket
  }

  set getSocket(handler: unknown) {
    this.#host.inner.getSocket = handler
  }

  /** Called by Nodemailer. Every error goes to the callback. */
  send(mail: MailLike, callback: SendCallback<IcloudSentMessageInfo>): void {
    this.#running++
    let finished = false
    const finish: SendCallback = (error, info) => {
      if (!finished) {
        finished = true
        this.#running--
        if (this.#closed) this.#letGo()
      }
      callback(error, info as IcloudSentMessageInfo)
    }
    new Dispatch(this.#host, mail, finish).start()
  }

  /** Closes the inner transport, and the engine once no mail is on its way any more. */
  close(...args: unknown[]): unknown {
    this.#closed = true
    // Before the connections go: what is on its way now goes on.
    const workerDone = this.#worker?.close() ?? Promise.resolve()
    const result = this.#host.inner.close?.(...args) as unknown
    for (const { inner } of this.#host.settings.otherWays.values()) inner.close?.()
    workerDone.then(
      () => {
        this.#workerDone = true
        this.#letGo()
      },
      (error: unknown) => this.#warn(`The worker of the outbox could not be closed: ${String(error)}`),
    )
    return result
  }

  #forwardEvents(): void {
    const { inner, settings } = this.#host
    for (const event of ['log', 'idle', 'clear', 'close', 'token']) {
      inner.on?.(event, (...args) => this.emit(event, ...(args as unknown[])))
    }
    // Nodemailer passes an `error` event on, and one that nobody listens to ends the process. Each send gets its error
    // through its callback anyway.
    for (const each of [inner, ...Array.from(settings.otherWays.values(), (way) => way.inner)]) {
      each.on?.('error', (error: unknown) =>
        this.emit('log', { type: 'error', message: asError(error).message }),
      )
    }
  }

  /** Closes the outbox and the engine, once nobody needs them any more. */
  #letGo(): void {
    if (this.#running > 0 || !this.#workerDone) return
    this.#host.settings.outbox?.close().catch((error: unknown) => {
      this.#warn(`The outbox could not be closed: ${String(error)}`)
    })
    this.#closeEngine().catch((error: unknown) => {
      this.#warn(`The engine could not be closed: ${String(error)}`)
    })
  }

  /** Before that the lane has all its connections back, or other processes would wait for them. */
  async #closeEngine(): Promise<void> {
    const { gate, otherWays, engines } = this.#host.settings
    const gates = [...(gate ? [gate] : []), ...Array.from(otherWays.values(), (way) => way.gate)]
    while (gates.some(({ isLeaving }) => isLeaving)) await Promise.all(gates.map((each) => each.left()))
    if (this.#running === 0) await engines.close()
  }

  /**
   * Says what no error can carry. The logger that the transport inside was given is the one that Nodemailer writes to: its own
   * mailer hears this transport's `log` only if it is a plugin, and has no logger then.
   */
  #warn(message: string): void {
    this.emit('log', { type: 'icloud', message })
    this.#host.inner.logger?.warn?.({ tnx: 'icloud' }, '%s', message)
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
