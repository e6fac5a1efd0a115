import type { Engine, EnterRequest, Slot } from '@icloud-delivery/engine'
import { Attached } from './attached.ts'
import type { HMail } from './haraka.ts'

/** A message's connection on a lane: its own until the attempt is over and its sockets are closed. */
export class Turn {
  readonly lane: string
  readonly #slot: Slot
  readonly #ended: () => void
  #open = 0
  #wasUsed = false
  #isOver = false

  constructor(slot: Slot, ended: () => void) {
    this.lane = slot.lane
    this.#slot = slot
    this.#ended = ended
  }

  /** A socket is open; call what is returned when it is closed. */
  opened(): () => void {
    this.#wasUsed = true
    this.#open++
    let isClosed = false
    return () => {
      if (isClosed) return
      isClosed = true
      this.#open--
      this.#end()
    }
  }

  /** The attempt is over. Haraka says QUIT after that, so a socket may still be open. */
  over(): void {
    this.#isOver = true
    this.#end()
  }

  #end(): void {
    if (!this.#isOver || this.#open > 0) return
    this.#slot.release({ unused: !this.#wasUsed })
    this.#ended()
  }
}

/** Who wants a turn. */
export interface Entrant {
  readonly hmail: HMail
  readonly request: Omit<EnterRequest, 'signal' | 'waitSeconds'>
  /** It is its turn. What it throws goes to `failed`. */
  entered(): void
  failed(error: unknown): void
}

/** Whose turn it is on the lanes. */
export class Turns {
  readonly #engine: Pick<Engine, 'enter'>
  readonly #turns = new Attached<HMail, Turn>()
  readonly #closing = new AbortController()
  #underWay = 0
  #waiting = 0
  #idle: () => void = () => {}
  /** ms since the epoch of the last hold that was made here. */
  #heldAt = -Infinity

  constructor(engine: Pick<Engine, 'enter'>) {
    this.#engine = engine
  }

  /** No message begins an attempt any more: the process ends. */
  get isClosing(): boolean {
    return this.#closing.signal.aborted
  }

  /** How many messages wait for a connection. */
  get waiting(): number {
    return this.#waiting
  }

  of(hmail: HMail): Turn | undefined {
    return this.#turns.get(hmail)
  }

  /**
   * Has it wait until it is the message's turn on the lane, as long as it takes. It hears nothing if the process ends before:
   * the next one takes it up, as its queue file is as it was. No promise is given, as those of very many would take much memory.
   */
  enter(entrant: Entrant): void {
    this.#waiting++
    void this.#engine.enter({ ...entrant.request, signal: this.#closing.signal }).then(
      ({ slot }) => {
        this.#waiting--
        if (slot) this.#give(entrant, slot)
      },
      (error: unknown) => {
        this.#waiting--
        entrant.failed(error)
      },
    )
  }

  #give(entrant: Entrant, slot: Slot): void {
    this.#underWay++
    const turn = new Turn(slot, () => {
      this.#underWay--
      if (this.#underWay === 0) this.#idle()
    })
    this.#turns.set(entrant.hmail, turn)
    try {
      entrant.entered()
    } catch (error) {
      entrant.failed(error)
    }
  }

  /** The message's attempt is over, or it does not take its turn after all. */
  over(hmail: HMail): void {
    const turn = this.#turns.get(hmail)
    if (!turn) return
    this.#turns.set(hmail, undefined)
    turn.over()
  }

  /** Something was held: who was let through before has to ask again. */
  held(now: number): void {
    this.#heldAt = now
  }

  /** Whether what was allowed at that time may have changed. */
  isStale(allowedAt: number, now: number, freshMs: number): boolean {
    return this.#heldAt >= allowedAt || now - allowedAt > freshMs
  }

  /** Sends away who waits; resolves when no attempt is under way any more. */
  async close(): Promise<void> {
    const idle = new Promise<void>((resolve) => {
      this.#idle = resolve
    })
    this.#closing.abort()
    if (this.#underWay > 0) await idle
  }
}
