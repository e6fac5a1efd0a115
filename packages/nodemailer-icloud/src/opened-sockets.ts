import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { hungUp } from './hang-up.ts'
import { silenceMs } from './inner-send.ts'
import type { InnerTransport, MailLike, SendCallback } from './nodemailer-shapes.ts'

/** Who wants to know of the sockets that are opened here. */
const watching = new AsyncLocalStorage<OpenedSockets>()
let isSubscribed = false

/**
 * The sockets over which one send goes. Nodemailer without a pool shows its socket to nobody, and calls back as soon as it has
 * begun to close it; where the caller has given up, it may still be sending.
 */
export class OpenedSockets {
  readonly #sockets = new Set<Socket>()
  readonly #ports: readonly number[]
  #calledBack: Promise<void> = Promise.resolve()
  #isOver = false

  /** @param ports of the server, or of the proxy before it: a send may fetch attachments, over sockets that live on */
  constructor(ports: readonly number[]) {
    this.#ports = ports
  }

  /** Has the transport send. Returns and throws what that does. */
  send(inner: InnerTransport, mail: MailLike, callback: SendCallback): unknown {
    if (!isSubscribed) {
      isSubscribed = true
      subscribe('net.client.socket', (message) => {
        const watcher = watching.getStore()
        if (watcher) watcher.#opened((message as { socket: Socket }).socket)
      })
    }
    let calledBack = (): void => {}
    this.#calledBack = new Promise((resolve) => {
      const timer = setTimeout(resolve, silenceMs)
      timer.unref()
      calledBack = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    const done: SendCallback = (error, info) => {
      calledBack()
      callback(error, info)
    }
    try {
      const answer: unknown = watching.run(this, () => inner.send(mail, done))
      // One that is `async` may reject instead of calling back.
      Promise.resolve(answer).catch(calledBack)
      return answer
    } catch (error) {
      calledBack()
      throw error
    }
  }

  /** Resolves once the transport has called back, or for an hour has not, and both sides have closed what it opened to the server. */
  async hungUp(): Promise<void> {
    await this.#calledBack
    this.#isOver = true
    const toServer = [...this.#sockets].filter(
      ({ connecting, remotePort = 0 }) => !connecting && this.#ports.includes(remotePort),
    )
    this.#sockets.clear()
    await Promise.all(toServer.map(hungUp))
  }

  #opened(socket: Socket): void {
    if (this.#isOver) return
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
  }
}
