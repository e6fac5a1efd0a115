import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { hungUp } from './hang-up.ts'

/** Who wants to know of the sockets that are opened here. */
const watching = new AsyncLocalStorage<Set<Socket>>()
let isSubscribed = false

/**
 * The sockets to a server that a task opens. Nodemailer without a pool shows its socket to nobody, and calls back as soon as it
 * has begun to close it.
 */
export class OpenedSockets {
  readonly #sockets = new Set<Socket>()
  readonly #port: number

  /** @param port of the server: a task may fetch attachments over sockets that live on */
  constructor(port: number) {
    this.#port = port
  }

  run<T>(task: () => T): T {
    if (!isSubscribed) {
      isSubscribed = true
      subscribe('net.client.socket', (message) => {
        watching.getStore()?.add((message as { socket: Socket }).socket)
      })
    }
    return watching.run(this.#sockets, task)
  }

  /** Resolves once all are closed by both sides. For when the task is over. */
  async hungUp(): Promise<void> {
    const toServer = [...this.#sockets].filter(
      ({ connecting, remotePort }) => connecting || remotePort === this.#port,
    )
    await Promise.all(toServer.map(hungUp))
  }
}
