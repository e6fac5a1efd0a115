import { actionOf, type Action } from './action.ts'
import { localPartOf, senderStepFor, stepFor } from './scenario.ts'
import { StepQueue } from './step-queue.ts'
import type { Step, StepPhase } from './step.ts'

/** What a script function is asked about. */
export interface ScriptQuestion {
  /** `connect` once a connection, `mail` once a message, `rcpt` once a recipient. */
  phase: 'connect' | 'mail' | 'rcpt'
  /** `null` before `rcpt`. */
  recipient: string | null
  /** `null` before `mail`. Empty for the null sender. */
  sender: string | null
  /** The name given with EHLO or HELO. `null` before it. */
  helo: string | null
  /** The name of the simulated host that was connected to. */
  host: string
  /** The sender's IP address. */
  client: string
  sessionId: number
  /** Whether the session is encrypted. */
  tls: boolean
}

/** Answers what is to happen. `undefined`: as if there were no script. */
export type ScriptFunction = (question: ScriptQuestion) => Step | undefined

/** Steps for a recipient (`anna@icloud.com`) or a local part (`anna`, at any domain), or a function. */
export type ScriptOption = Readonly<Record<string, readonly Step[]>> | ScriptFunction

/** Decides what a connection, a sender or a recipient gets. */
export class Script {
  readonly #option: ScriptOption
  readonly #connection: readonly Step[]
  #queues = new Map<string, StepQueue>()
  #connections = new StepQueue([], 'connect')

  /** @throws SimulatorError `ERR_SIMULATOR_STEP` */
  constructor(option: ScriptOption, connection: readonly Step[]) {
    this.#option = option
    this.#connection = connection
    this.reset()
  }

  /** Back to the first steps of the options. */
  reset(): void {
    this.#connections = new StepQueue(this.#connection, 'connect')
    this.#queues = new Map()
    if (typeof this.#option === 'function') return
    for (const [recipient, steps] of Object.entries(this.#option)) this.set(recipient, steps)
  }

  /** @throws SimulatorError `ERR_SIMULATOR_STEP` */
  set(recipient: string, steps: readonly Step[]): void {
    const key = recipient.includes('@') ? recipient.toLowerCase() : localPartOf(recipient)
    if (steps.length === 0) this.#queues.delete(key)
    else this.#queues.set(key, new StepQueue(steps, 'rcpt'))
  }

  /**
   * What is to happen, at this phase or later. `null`: nothing in particular.
   *
   * @throws SimulatorError `ERR_SIMULATOR_STEP`, or whatever the script function throws
   */
  ask(question: ScriptQuestion): Action | null {
    return this.#set(question) ?? this.#called(question) ?? this.#byDefault(question)
  }

  #set({ phase, recipient }: ScriptQuestion): Action | null {
    if (phase !== 'rcpt' || recipient === null) return null
    const whole = recipient.toLowerCase()
    const domain = whole.slice(whole.lastIndexOf('@'))
    const local = localPartOf(whole)
    const queue =
      this.#queues.get(whole) ?? this.#queues.get(`${local}${domain}`) ?? this.#queues.get(local) ?? null
    return queue && queue.next()
  }

  #called(question: ScriptQuestion): Action | null {
    const step = typeof this.#option === 'function' ? this.#option(question) : undefined
    return ready(step ?? null, question.phase)
  }

  #byDefault({ phase, recipient, sender }: ScriptQuestion): Action | null {
    if (phase === 'connect') return this.#connections.next()
    if (phase === 'mail') return sender === null ? null : ready(senderStepFor(localPartOf(sender)), phase)
    return recipient === null ? null : ready(stepFor(localPartOf(recipient)), phase)
  }
}

function ready(step: Step | null, asked: StepPhase): Action | null {
  return step && actionOf(step, asked)
}
