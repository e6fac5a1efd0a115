import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Below those that the system gives to clients (from 32,768 on with Linux, from 49,152 on elsewhere): while a server is away, one
 * of them could take its port, or connect to itself there. The port of a cluster's bus lies 10,000 above, and there, too.
 */
const ports = [10_240, 22_767] as const

/** A port of the loopback that nobody listens on, and that its server finds free again after a restart. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(ports[0], ports[1] + 1)
    const server = createServer()
    const isFree = await once(server.listen(port, '127.0.0.1'), 'listening').then(
      () => true,
      () => false,
    )
    if (!isFree) continue
    const closed = once(server, 'close')
    server.close()
    await closed
    return port
  }
}
