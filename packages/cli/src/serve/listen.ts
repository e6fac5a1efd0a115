import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { CliError } from '../cli-error.ts'

/** A server that listens. */
export interface Listening {
  /** Such as `http://127.0.0.1:8025`. */
  origin: string
  /** Lets requests that are under way end, for ten seconds, and takes no others. */
  close(): Promise<void>
}

/** So long may a request take to end, once no more are taken: of one whose client is gone the rest never comes. */
const graceMs = 10_000

/** Longer than the minute for which proxies keep a connection: one that we close first may be used just then, which is a 502. */
const keepAliveMs = 75_000

/** @throws CliError `ELISTEN` */
export async function listen(
  answer: (request: Request) => Response | Promise<Response>,
  { port, host }: { port: number; host: string },
): Promise<Listening> {
  const listener = getRequestListener(answer)
  // Connections, with how many requests are under way on them.
  const sockets = new Map<Socket, number>()
  let isClosing = false
  const server = createServer({ keepAliveTimeout: keepAliveMs }, (request, response) => {
    const { socket } = request
    sockets.set(socket, (sockets.get(socket) ?? 0) + 1)
    response.on('close', () => {
      const left = (sockets.get(socket) ?? 1) - 1
      if (sockets.has(socket)) sockets.set(socket, left)
      if (isClosing && left === 0) socket.destroySoon()
    })
    void listener(request, response)
  })
  server.on('connection', (socket) => {
    sockets.set(socket, 0)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new CliError(
      'ELISTEN',
      `${host} port ${port} cannot be had (${(error as Error).message}): choose another one, or --port 0 for any`,
      { cause: error },
    )
  }
  const { port: actual } = server.address() as AddressInfo
  return {
    origin: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    async close() {
      const closed = once(server, 'close')
      isClosing = true
      server.close()
      // Also those on which nothing was asked yet: Node waits for them, for ever.
      for (const [socket, requests] of sockets) if (requests === 0) socket.destroy()
      const giveUp = setTimeout(() => server.closeAllConnections(), graceMs)
      await closed
      clearTimeout(giveUp)
    },
  }
}
