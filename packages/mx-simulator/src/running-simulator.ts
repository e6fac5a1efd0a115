import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { createSecureContext, type SecureContext } from 'node:tls'
import { actionOf, type Action } from './action.ts'
import type { Certificate } from './certificate.ts'
import { Dialogue } from './dialogue.ts'
import { RecipientRate } from './limits.ts'
import { closeServer, type Listening } from './listen.ts'
import type { Host, SimulatorOptions } from './options.ts'
import type { Attempt, Message } from './records.ts'
import { Script } from './script.ts'
import { Session, type Answer, type SessionHost } from './session.ts'
import type { SessionCount, Simulator, SimulatorEvents } from './simulator.ts'
import type { Step } from './step.ts'
import { waitUntil } from './wait-until.ts'

export class RunningSimulator extends EventEmitter<SimulatorEvents> implements Simulator, SessionHost {
  readonly hosts: readonly Host[]
  readonly certificate: string | null
  readonly messages: Message[] = []
  readonly attempts: Attempt[] = []
  readonly sessions: SessionCount = { count: 0, open: 0, peak: 0 }
  readonly options: SimulatorOptions
  readonly secureContext: SecureContext | null
  readonly #listening: readonly Listening[]
  readonly #script: Script
  readonly #clock: () => number
  readonly #rate: RecipientRate
  readonly #refusals: { recipient: Action | null; client: Action | null }
  readonly #live = new Set<Session>()
  readonly #perClient = new Map<string, number>()
  readonly #closing = new AbortController()
  #lastSession = 0
  #lastMessage = 0

  constructor(
    options: SimulatorOptions,
    script: Script,
    listening: readonly Listening[],
    certificate: Certificate | null,
  ) {
    super()
    this.options = options
    this.hosts = listening.map(({ host }) => host)
    this.certificate = certificate?.cert ?? null
    this.secureContext = certificate && createSecureContext({ ...certificate, minVersion: 'TLSv1.2' })
    this.#listening = listening
    this.#script = script
    this.#clock = options.clock ?? Date.now
    const { messagesPerRecipientPerMinute, connectionsPerClient } = options.limits ?? {}
    this.#rate = new RecipientRate(messagesPerRecipientPerMinute ?? Infinity, this.#clock)
    this.#refusals = {
      recipient:
        messagesPerRecipientPerMinute === undefined ? null : actionOf({ rule: 'rate-limited' }, 'rcpt'),
      client:
        connectionsPerClient === undefined ? null : actionOf({ rule: 'ip-deferred', close: true }, 'connect'),
    }
    for (const { host, server } of listening) {
      // Of a client that hangs up and comes again the kernel may tell the coming first, and it would count twice.
      server.on('connection', (socket) => setImmediate(() => void this.#serve(host, socket)))
    }
  }

  get port(): number {
    return this.hosts[0]?.port ?? 0
  }

  get recipes(): Script {
    return this.#script
  }

  script(recipient: string, steps: readonly Step[]): void {
    this.#script.set(recipient, steps)
  }

  waitFor<T>(
    predicate: (simulator: Simulator) => T,
    options: { timeoutMs?: number } = {},
  ): Promise<NonNullable<T>> {
    return waitUntil(this, () => predicate(this), options.timeoutMs ?? 5000, this.#closing.signal)
  }

  reset(): void {
    this.messages.length = 0
    this.attempts.length = 0
    this.sessions.count = this.sessions.open
    this.sessions.peak = this.sessions.open
    this.#rate.reset()
    this.#script.reset()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    const closed = this.#listening.map(({ server }) => closeServer(server))
    for (const session of this.#live) session.destroy()
    await Promise.all(closed)
  }

  overRecipientLimit(recipient: string): Action | null {
    return this.#rate.take(recipient) ? null : this.#refusals.recipient
  }

  answered(session: Session, answer: Answer): void {
    const attempt = { at: this.#clock(), host: session.host.name, sessionId: session.id, ...answer }
    this.#remember(this.attempts, attempt)
    this.emit('reply', attempt)
  }

  accepted(session: Session, from: string, recipients: string[], raw: Buffer): string {
    const at = this.#clock()
    this.#lastMessage += 1
    const id =
      `${Math.trunc(at).toString(36)}${this.#lastMessage.toString(36).padStart(5, '0')}`.toUpperCase()
    const { id: sessionId, tls, client } = session
    const envelope = { from, to: recipients }
    const message = { id, at, envelope, recipients, raw, tls, host: session.host.name, client, sessionId }
    this.#remember(this.messages, message)
    this.emit('message', message)
    return id
  }

  ended({ client }: Session): void {
    this.sessions.open -= 1
    const left = (this.#perClient.get(client) ?? 1) - 1
    if (left === 0) this.#perClient.delete(client)
    else this.#perClient.set(client, left)
  }

  async #serve(host: Host, socket: Socket): Promise<void> {
    if (this.#closing.signal.aborted) {
      socket.destroy()
      return
    }
    this.#lastSession += 1
    const session = new Session(this.#lastSession, host, socket, this)
    const { id, client } = session
    this.#live.add(session)
    socket.once('close', () => this.#live.delete(session))
    const connections = (this.#perClient.get(client) ?? 0) + 1
    this.#perClient.set(client, connections)
    this.sessions.count += 1
    this.sessions.open += 1
    this.sessions.peak = Math.max(this.sessions.peak, this.sessions.open)
    this.emit('session', { id, at: this.#clock(), host: host.name, client })
    const tooMany = connections > (this.options.limits?.connectionsPerClient ?? Infinity)
    await new Dialogue(session).run(tooMany ? this.#refusals.client : null)
  }

  #remember<T>(records: T[], record: T): void {
    records.push(record)
    if (records.length > (this.options.history ?? Infinity)) records.shift()
  }
}
