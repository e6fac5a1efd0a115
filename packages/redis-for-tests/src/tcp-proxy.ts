import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** Stands between a client and a server on this machine, and cuts them off when it is told to. */
export class TcpProxy {
  readonly port: number
  private readonly server: Server
  private readonly sockets: ReadonlySet<Socket>
  /** Called with what the client sends, before it goes on; `false` keeps it back. */
  onRequest: (data: Buffer) => boolean = () => true
  /** Called with what the server answers, before it goes on; `false` keeps it back. */
  onAnswer: (data: Buffer) => boolean = () => true

  private constructor(server: Server, sockets: ReadonlySet<Socket>, port: number) {
    this.server = server
    this.sockets = sockets
    this.port = port
  }

  static async start(targetPort: number): Promise<TcpProxy> {
    const sockets = new Set<Socket>()
    const server = createServer((client) => {
      const target = connect(targetPort, '127.0.0.1')
      for (const [one, other] of [
        [client, target],
        [target, client],
      ] as const) {
        sockets.add(one)
        one.on('error', () => {})
        one.on('close', () => {
          sockets.delete(one)
          other.destroy()
        })
      }
      client.on('data', (data) => void (proxy.onRequest(data) && target.write(data)))
      target.on('data', (data) => void (proxy.onAnswer(data) && client.write(data)))
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const proxy = new TcpProxy(server, sockets, (server.address() as { port: number }).port)
    return proxy
  }

  /** Drops all connections. New ones are taken. */
  drop(): void {
    for (const socket of this.sockets) socket.destroy()
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close')
    this.server.close()
    this.drop()
    await closed
  }
}
