import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { TLSSocket, type SecureContext } from 'node:tls'
import type { Action } from './action.ts'
import type { Parties } from './fill-in.ts'
import type { Host, SimulatorOptions } from './options.ts'
import { idleTimeout } from './replies.ts'
import type { Script } from './script.ts'
import { SocketReader } from './socket-reader.ts'
import type { StepPhase } from './step.ts'
import { onTheWire } from './wire-reply.ts'

/** What a session needs from the simulator. */
export interface SessionHost {
  readonly options: SimulatorOptions
  readonly recipes: Script
  readonly secureContext: SecureContext | null
  /** Counts a message to the recipient. Returns what refuses it if it is one too many. */
  overRecipientLimit(recipient: string): Action | null
  answered(session: Session, answer: Answer): void
  accepted(session: Session, from: string, recipients: string[], raw: Buffer): string
  ended(session: Session): void
}

/** A reply that was sent. */
export interface Answer {
  phase: StepPhase
  recipient: string | null
  sender: string | null
  code: number
  reply: string
  rule: string | null
}

/** How long a sender may take to hang up after the server did, in milliseconds. */
const lingerMs = 1000

/** One connection: reads, writes, TLS and the end of it. */
export class Session {
  readonly id: number
  readonly host: Host
  readonly client: string
  readonly simulator: SessionHost
  readonly reader: SocketReader
  readonly #raw: Socket
  #socket: Socket
  #open = true
  readonly #gone = new AbortController()

  constructor(id: number, host: Host, socket: Socket, simulator: SessionHost) {
    this.id = id
    this.host = host
    this.client = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
    this.simulator = simulator
    this.#raw = socket
    this.#socket = socket
    socket.setNoDelay(true)
    this.reader = new SocketReader(socket)
    this.#watch(socket)
    socket.once('close', () => this.#ended())
  }

  /** Whether an answer would still reach the sender. */
  get open(): boolean {
    return this.#open
  }

  get tls(): boolean {
    return this.#socket !== this.#raw
  }

  /** A reply that no script can change. */
  write(text: string): void {
    if (this.#open) this.#socket.write(onTheWire(text))
  }

  /** Waits for a sender that does not read its replies, so that they do not pile up. */
  async drained(): Promise<void> {
    if (!this.#open || !this.#socket.writableNeedDrain) return
    await once(this.#socket, 'drain', { signal: this.#gone.signal }).catch(() => undefined)
  }

  /** {@link wait} and {@link say}. */
  async answer(phase: StepPhase, usual: string, action: Action | null, parties: Parties): Promise<boolean> {
    await this.wait(action)
    return this.say(phase, usual, action, parties)
  }

  /** As long as the action and the simulator's latency say, or until the connection is over. */
  async wait(action: Action | null): Promise<void> {
    const ms = (this.simulator.options.latencyMs ?? 0) + (action?.delayMs ?? 0)
    const { signal } = this.#gone
    if (ms > 0) await delay(ms, undefined, { signal }).catch(() => undefined)
    if (action?.until && !signal.aborted) await Promise.race([action.until, once(signal, 'abort')])
  }

  /**
   * Says what the action says, or else the usual.
   *
   * @returns whether it was said and was a success
   */
  say(phase: StepPhase, usual: string, action: Action | null, parties: Parties): boolean {
    if (action?.drop) this.destroy()
    if (!this.#open) return false
    const reply = action?.reply?.(parties) ?? usual
    const code = Number(reply.slice(0, 3))
    const { recipient, sender } = parties
    this.simulator.answered(this, { phase, recipient, sender, code, reply, rule: action?.rule ?? null })
    this.write(reply)
    if (action?.close || (code === 421 && phase === 'connect')) this.end()
    return code < 400
  }

  startTls(secureContext: SecureContext): void {
    // What was sent in the clear after STARTTLS must not count as sent encrypted.
    this.reader.release()
    const secure = new TLSSocket(this.#raw, { isServer: true, secureContext })
    this.#raw.setTimeout(0)
    this.#watch(secure)
    this.#socket = secure
    this.reader.attach(secure)
  }

  /** Hangs up after what was written. What still arrives is thrown away, lest it reset the connection. */
  end(): void {
    this.#ended()
    this.reader.release()
    this.#socket.resume()
    // From when all that was said is on its way: who reads slowly, or stands still, is to get it too.
    this.#socket.end(() => setTimeout(() => this.destroy(), lingerMs).unref())
  }

  destroy(): void {
    this.#ended()
    this.#socket.destroy()
    this.#raw.destroy()
  }

  #watch(socket: Socket): void {
    socket.on('error', () => this.destroy())
    socket.once('end', () => this.reader.end())
    socket.setTimeout(idleTimeout, () => {
      if (!this.#open) return this.destroy()
      this.write(`421 4.4.2 ${this.host.name} Error: timeout exceeded`)
      this.end()
    })
  }

  #ended(): void {
    if (!this.#open) return
    this.#open = false
    this.#gone.abort()
    this.reader.end()
    this.simulator.ended(this)
  }
}
