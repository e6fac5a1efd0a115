import type { EnterRequest } from '@icloud-delivery/engine'
import type { HMail, Todo } from './haraka.ts'
import { Marked } from './marked.ts'
import { isFileGone } from './queue-file.ts'
import { tapReplies } from './replies.ts'
import type { Runtime } from './runtime.ts'
import { beginAttempt, type Answerer } from './seen.ts'
import { keepSockets } from './sockets.ts'
import type { Entrant } from './turns.ts'

/** Who waits as long for a turn may lose the queue file meanwhile. */
const longMs = 1000

/** Messages that were parked, or began an attempt before. */
export const hasWaited: Marked<HMail> = new Marked<HMail>()

/** How a message goes. */
interface Way {
  route: Answerer
  lane: string
  stream: string
  returnPath: string | null
  /** ms since the epoch. */
  allowedAt: number
}

/**
 * A message that may go, and what there is to be known of it when its turn comes. Very many may wait for theirs, so it is
 * all that each of them keeps alive.
 */
export class Departure implements Entrant {
  readonly hmail: HMail
  readonly #runtime: Runtime
  readonly #todo: Todo
  readonly #way: Way
  readonly #go: () => unknown

  /** @param go has Haraka deliver the message */
  constructor(runtime: Runtime, hmail: HMail, todo: Todo, way: Way, go: () => unknown) {
    this.hmail = hmail
    this.#runtime = runtime
    this.#todo = todo
    this.#way = way
    this.#go = go
  }

  /** Begins the attempt; on the way to Apple itself when it is the message's turn on its lane. */
  depart(): void {
    const { hmail } = this
    const { turns } = this.#runtime
    const { route, lane } = this.#way
    const turn = turns.of(hmail)
    if (turn && !(route.direct && turn.lane === lane)) turns.over(hmail)
    if (!route.direct || turns.of(hmail)) this.#begin()
    else turns.enter(this)
  }

  get request(): Pick<EnterRequest, 'lane' | 'stream' | 'acceptedAt' | 'recipients'> {
    const { lane, stream } = this.#way
    const { queue_time, rcpt_to } = this.#todo
    return { lane, stream, acceptedAt: queue_time, recipients: rcpt_to.length }
  }

  /** Whoever waited long asks again, with the turn at hand: it may be suppressed or held by now, or have got another way. */
  entered(): void {
    const { turns, lookAgainMs } = this.#runtime
    if (turns.isStale(this.#way.allowedAt, Date.now(), lookAgainMs)) this.hmail.get_mx()
    else this.#begin()
  }

  failed(error: unknown): void {
    goUnasked(this.#runtime, this.hmail, this.#go, error)
  }

  #begin(): void {
    // A look at the disk for each message is a hundredth of what Haraka takes for it.
    const isNew = !hasWaited.has(this.hmail) && Date.now() - this.#way.allowedAt < longMs
    if (isNew) return this.#attempt()
    isFileGone(this.hmail)
      .then((isGone) => (isGone ? this.#leave() : this.#attempt()))
      .catch((error: unknown) => this.failed(error))
  }

  /** There is nothing to send. */
  #leave(): void {
    this.#runtime.fileGone(this.hmail)
    this.hmail.discard()
  }

  #attempt(): void {
    const { hmail } = this
    const runtime = this.#runtime
    const { route, lane, returnPath } = this.#way
    hasWaited.add(hmail)
    const tapped = tapReplies(runtime, hmail)
    const isKept = !route.direct || keepSockets(runtime, hmail)
    if (!tapped || !isKept) runtime.warnUntapped()
    for (const recipient of this.#todo.rcpt_to) beginAttempt(recipient, { tapped, route, lane, returnPath })
    this.#go()
  }
}

/** What is wrong with the plugin holds no mail up. */
export function goUnasked({ error }: Runtime, hmail: HMail, go: () => unknown, reason: unknown): void {
  error(`${hmail.filename}: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`)
  go()
}
