import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Message, Simulator } from '@icloud-delivery/mx-simulator'
import type { AppTask } from './app.test.fixture.ts'

// The compiled one: it starts in half the time.
const program = fileURLToPath(new URL('../../../dist/outbox/faults/app.test.fixture.js', import.meta.url))

/** A sequence that a seed tells, 0 to 1. */
export function sequence(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

/** The server had a mail. */
interface Arrival {
  run: number
  /** Which one it was, if the application handed the mail in again because it had no answer: the sender tells. */
  copy: string
  /** The application knew before that the mail is stored. */
  wasStored: boolean
}

/** Applications in one process, each with an outbox of its own, that are killed and started again; as it is seen from outside. */
export class KilledApps {
  readonly #simulator: Simulator
  readonly #outboxes: AppTask['outboxes']
  readonly #compiled: string
  /** By application. */
  readonly #unanswered: Set<number>[]
  readonly #mails: number
  /** Processes so far. */
  runs = 0
  /** By mail. */
  readonly arrivals: Map<string, Arrival[]> = new Map()
  /** By mail and copy: the run that said it is done. */
  readonly done: Map<string, number> = new Map()
  #child: ChildProcess | null = null

  /** @param compiled a directory where the processes keep what they compiled */
  constructor(simulator: Simulator, outboxes: AppTask['outboxes'], mails: number, compiled: string) {
    this.#simulator = simulator
    this.#outboxes = outboxes
    this.#mails = mails
    this.#compiled = compiled
    this.#unanswered = outboxes.map(() => new Set(Array.from({ length: mails }, (_, index) => index)))
  }

  /** All have arrived; the outbox may not know of the last ones. */
  get isOver(): boolean {
    return this.arrivals.size === this.#mails * this.#outboxes.length
  }

  /**
   * Starts it, and kills it after so many things that happened: an answer of the server, a message there, a line of it.
   *
   * @param most `Infinity`: it goes on until its outboxes are empty
   */
  async run(most: number): Promise<void> {
    const run = ++this.runs
    const task: AppTask = {
      run,
      outboxes: this.#outboxes,
      port: this.#simulator.port,
      numbers: this.#unanswered.map((numbers) => [...numbers]),
      // The leases of the one before are over.
      laterMs: run * 31_000,
      ends: most === Infinity,
    }
    const child = spawn(process.execPath, [program, JSON.stringify(task)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_COMPILE_CACHE: this.#compiled },
    })
    this.#child = child
    const exit = once(child, 'exit')
    let seen = 0
    const happened = (): void => {
      if (++seen >= most || (this.isOver && most < Infinity)) child.kill('SIGKILL')
    }
    const arrived = ({ recipients, envelope }: Pick<Message, 'recipients' | 'envelope'>): void => {
      const mail = recipients[0]?.slice(1, recipients[0].indexOf('@')) ?? ''
      const [app = 0, number = 0] = numbersOf(mail)
      const wasStored = this.#unanswered[app]?.has(number) === false
      this.arrivals.set(mail, [...(this.arrivals.get(mail) ?? []), { run, copy: envelope.from, wasStored }])
      happened()
    }
    this.#simulator.on('message', arrived).on('reply', happened)
    for await (const line of createInterface({ input: child.stdout })) {
      const [what, mail = '', copy] = line.split(' ')
      const [app = 0, number = 0] = numbersOf(mail)
      if (what === 'stored') this.#unanswered[app]?.delete(number)
      else if (what === 'done') this.done.set(`${mail} ${copy}`, run)
      happened()
    }
    await exit
    this.#simulator.off('message', arrived).off('reply', happened)
    this.#child = null
  }

  end(): void {
    this.#child?.kill('SIGKILL')
  }

  /** Arrivals over and above one for each mail. */
  get twice(): number {
    return [...this.arrivals.values()].reduce((sum, { length }) => sum + length - 1, 0)
  }

  /**
   * What must never be: arrived again although it was known to be done, or twice in one process, or stored once more while it
   * waited. A mail without an answer may have been stored and be done already when it is handed in again, and that is another
   * copy of it.
   */
  get wrong(): string[] {
    const wrong: string[] = []
    for (const [mail, arrivals] of this.arrivals) {
      const came = arrivals.map(
        ({ run, copy, wasStored }) => `${copy} in run ${run}${wasStored ? ', stored' : ''}`,
      )
      const complain = (what: string): number => wrong.push(`${mail} ${what}: ${came.join('; ')}`)
      for (const { run, copy } of arrivals) {
        const done = this.done.get(`${mail} ${copy}`) ?? Infinity
        if (run > done) complain(`came though it was done in run ${done}`)
      }
      if (new Set(arrivals.map(({ run, copy }) => `${run} ${copy}`)).size < arrivals.length)
        complain('came twice in one run')
      // There is a next copy only once the one before is done, and none once the application knows that one is stored.
      const copies = arrivals.filter(({ copy }, index) => copy !== arrivals[index - 1]?.copy)
      if (new Set(copies.map(({ copy }) => copy)).size < copies.length)
        complain('came again after another copy')
      if (new Set(arrivals.flatMap(({ wasStored, copy }) => (wasStored ? [copy] : []))).size > 1)
        complain('was stored once more while it waited')
    }
    return wrong
  }
}

/** The application and the number of a mail. */
function numbersOf(mail: string): number[] {
  return mail.split('.').map(Number)
}
