import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { CliError } from '../cli-error.ts'

/** A server that listens. */
export interface Listening {
  /** Such as `http://127.0.0.1:8025`. */
  origin: string
  /** Lets requests that are under way end, and takes no others. */
  close(): Promise<void>
}

/** @throws CliError `ELISTEN` */
export async function listen(
  answer: (request: Request) => Response | Promise<Response>,
  { port, host }: { port: number; host: string },
): Promise<Listening> {
  const listener = getRequestListener(answer)
  const server = createServer((request, response) => void listener(request, response))
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
      server.close()
      server.closeIdleConnections()
      await closed
    },
  }
}
