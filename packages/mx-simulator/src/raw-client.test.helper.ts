import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Host } from './options.ts'

/** A sender that says exactly what a test wants it to say. */
export class RawClient {
  #socket: Socket
  #received = ''
  #ended = false
  #wake: (() => void) | null = null

  constructor(socket: Socket) {
    this.#socket = socket
    this.#listen(socket)
  }

  static async connect({ address, port }: Host): Promise<RawClient> {
    const socket = connect({ host: address, port, noDelay: true })
    const client = new RawClient(socket)
    await once(socket, 'connect')
    return client
  }

  /** Greeted, and introduced itself. */
  static async ready(host: Host): Promise<RawClient> {
    const client = await RawClient.connect(host)
    await client.reply()
    await client.say('EHLO sender.example')
    return client
  }

  /** Sends lines in one write. */
  send(...lines: string[]): void {
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(''))
  }

  sendBytes(bytes: string | Buffer): void {
    this.#socket.write(bytes)
  }

  /** Sends lines, and waits for one reply to each. Returns the last. */
  async say(...lines: string[]): Promise<string> {
    let last = ''
    for (const line of lines) {
      this.send(line)
      last = await this.reply()
    }
    return last
  }

  /** MAIL, one RCPT and DATA with a content. Returns the reply to the final dot. */
  async message(recipient: string, content = 'Subject: x\r\n\r\nx'): Promise<string> {
    await this.say('MAIL FROM:<news@example.com>', `RCPT TO:<${recipient}>`, 'DATA')
    return await this.say(`${content}\r\n.`)
  }

  /** The next reply, its lines separated by `\n`. `null` if the connection ended. */
  async nextReply(): Promise<string | null> {
    for (;;) {
      const reply = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r\n/.exec(this.#received)?.[0]
      if (reply !== undefined) {
        this.#received = this.#received.slice(reply.length)
        return reply.trimEnd().replaceAll('\r\n', '\n')
      }
      if (this.#ended) return null
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  async reply(): Promise<string> {
    const reply = await this.nextReply()
    if (reply === null) throw new Error(`The connection ended. Rest: ${JSON.stringify(this.#received)}`)
    return reply
  }

  /** Nothing but the end of the connection comes. */
  async ended(): Promise<boolean> {
    return (await this.nextReply()) === null && this.#received === ''
  }

  async startTls(ca: string, servername: string): Promise<void> {
    this.#socket.removeAllListeners('data')
    const secure = connectTls({ socket: this.#socket, ca, servername })
    this.#listen(secure)
    await once(secure, 'secureConnect')
    this.#socket = secure
  }

  /** Ends this side only. */
  end(): void {
    this.#socket.end()
  }

  reset(): void {
    this.#socket.resetAndDestroy()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #listen(socket: Socket): void {
    const wake = (): void => this.#wake?.()
    socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString()
      wake()
    })
    socket.once('close', () => {
      this.#ended = true
      wake()
    })
    // The end of the connection is what a test sees of it.
    socket.on('error', () => undefined)
  }
}
