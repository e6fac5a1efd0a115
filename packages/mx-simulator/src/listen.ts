import { once } from 'node:events'
import { createServer, isIP, type AddressInfo, type Server } from 'node:net'
import { SimulatorError } from './errors.ts'
import type { Host } from './options.ts'

/** A host with the server that listens for it. */
export interface Listening {
  host: Host
  server: Server
}

/** Listens for all hosts, or for none of them. @throws SimulatorError `ERR_SIMULATOR_LISTEN` */
export async function listen(hosts: readonly Host[]): Promise<Listening[]> {
  if (hosts.length === 0) {
    throw new SimulatorError(
      'ERR_SIMULATOR_LISTEN',
      'Cannot listen: `hosts` is empty; leave it out for one host.',
    )
  }
  const listening: Listening[] = []
  try {
    for (const host of hosts) listening.push(await listenFor(host))
  } catch (error) {
    await Promise.all(listening.map(({ server }) => closeServer(server)))
    throw error
  }
  return listening
}

async function listenFor({ name, address, port }: Host): Promise<Listening> {
  if (isIP(address) === 0) throw cannotListen(address, port, 'the address must be an IP address')
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw cannotListen(address, port, 'the port must be a whole number from 0 to 65535')
  }
  // Half-open: a sender that ends its side after QUIT, or pipes a file in, still gets its answers.
  const server = createServer({ allowHalfOpen: true })
  try {
    server.listen(port, address)
    await once(server, 'listening')
  } catch (error) {
    throw cannotListen(address, port, systemProblem(error), error)
  }
  const bound = server.address() as AddressInfo
  return { host: { name, address, port: bound.port }, server }
}

const problems: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there; end it or choose another port',
  EACCES: 'this needs more rights; choose a port above 1023',
  EADDRNOTAVAIL: 'this machine has no such address; on macOS, 127.0.0.2 and up have to be added to lo0 first',
}

function systemProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  const advice = code === undefined ? undefined : problems[code]
  return advice === undefined ? message : `${advice} (${code})`
}

function cannotListen(address: string, port: number, problem: string, cause?: unknown): SimulatorError {
  return new SimulatorError('ERR_SIMULATOR_LISTEN', `Cannot listen on ${address} port ${port}: ${problem}.`, {
    cause,
  })
}

export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return
  server.close()
  await once(server, 'close')
}
