import { createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, it, vi } from 'vitest'
import { startHaraka } from './haraka.test.fixture.ts'

/** How long the server takes to answer QUIT, in ms: the time for which Haraka itself counts a connection no more. */
const QUIT_TAKES = 200

it('a connection counts until its socket is closed, and not only until Haraka says QUIT', async () => {
  const server = new SlowToSayBye()
  await server.listen()
  const haraka = await startHaraka({
    mailboxes: `127.0.0.1:${server.port}`,
    icloud: `[testing]\nmx=127.0.0.1:${server.port}\n[testing_mx_records]\n`,
    config: {
      'icloud_policy.json': JSON.stringify({
        lanes: { '*': { ceiling: 2, floor: 1, start: 2, reserve: 0 } },
      }),
    },
  })
  try {
    const to = Array.from({ length: 10 }, (_, index) => `m${index}@icloud.com`)
    await Promise.all(to.map((one) => haraka.send({ from: 'a@example.com', to: [one] })))
    await vi.waitUntil(() => server.messages === 10, { timeout: 50_000 })
    expect(server.peak).toBe(2)
  } finally {
    await haraka.stop()
    server.close()
  }
})

/** Takes all mail. */
class SlowToSayBye {
  messages = 0
  peak = 0
  readonly #server = createServer((socket) => this.#serve(socket))
  #open = 0
  /** Messages that are taken when there are two connections. */
  #first: (() => void)[] = []

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  close(): void {
    this.#server.close()
  }

  #bye(socket: Socket): void {
    this.#open--
    socket.end('221 2.0.0 Bye\r\n')
  }

  #serve(socket: Socket): void {
    this.peak = Math.max(this.peak, ++this.#open)
    if (this.#open > 1) for (const take of this.#first.splice(0)) take()
    socket.on('error', () => socket.destroy())
    let isContent = false
    const say = (line: string): void => void socket.write(`${line}\r\n`)
    say('220 mx01.mail.icloud.com ESMTP')
    const lines = createInterface({ input: socket })
    // It tells the error of its socket again.
    lines.on('error', () => {})
    lines.on('line', (line) => {
      if (isContent) {
        if (line !== '.') return
        isContent = false
        const take = (): void => {
          this.messages++
          say('250 2.0.0 Ok')
        }
        if (this.peak > 1) take()
        else this.#first.push(take)
        return
      }
      if (line === 'QUIT') return void setTimeout(() => this.#bye(socket), QUIT_TAKES)
      isContent = line === 'DATA'
      say(isContent ? '354 go on' : '250 2.0.0 Ok')
    })
  }
}
