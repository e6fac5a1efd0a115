import type { EventEmitter } from 'node:events'
import type { Host } from './options.ts'
import type { Attempt, Message, SessionInfo } from './records.ts'
import type { Step } from './step.ts'

/** What a simulator tells while it runs. */
export interface SimulatorEvents {
  message: [Message]
  reply: [Attempt]
  session: [SessionInfo]
}

/** A running simulator. Made by `startSimulator`. */
export interface Simulator extends EventEmitter<SimulatorEvents> {
  /** Where it listens. */
  readonly hosts: readonly Host[]
  /** The port of the first host. */
  readonly port: number
  /** The certificate of STARTTLS as PEM, to be trusted as `ca`. `null` without STARTTLS. */
  readonly certificate: string | null
  /** The accepted messages, oldest first. */
  readonly messages: readonly Message[]
  /** The greetings and the answers to EHLO, MAIL, RCPT, DATA and the final dot, oldest first. */
  readonly attempts: readonly Attempt[]
  /** How many connections there were, are, and were at most at a time. */
  readonly sessions: Readonly<SessionCount>

  /**
   * Gives a recipient (`anna@icloud.com`) or a local part (`anna`) new steps, from the first one on. No steps: back to
   * what its local part asks for.
   *
   * @throws SimulatorError `ERR_SIMULATOR_STEP`
   */
  script(recipient: string, steps: readonly Step[]): void

  /**
   * Waits until the predicate gives something true, and returns it. It is asked at once, and after each connection,
   * answer and message.
   *
   * @param options.timeoutMs milliseconds, default 5000
   * @throws SimulatorError `ERR_SIMULATOR_TIMEOUT`, `ERR_SIMULATOR_CLOSED`
   */
  waitFor<T>(
    predicate: (simulator: Simulator) => T,
    options?: { timeoutMs?: number },
  ): Promise<NonNullable<T>>

  /** Forgets messages, attempts, counts and limits, and starts the scripts of the options anew. */
  reset(): void

  /** Hangs up and frees the ports. */
  close(): Promise<void>
}

/** Connections. */
export interface SessionCount {
  /** Since the start. */
  count: number
  /** Now. */
  open: number
  /** At most at the same time. */
  peak: number
}
