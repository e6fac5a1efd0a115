import { once } from 'node:events'
import { connect } from 'node:net'

/** Says to a running Haraka what its command line does, such as `haraka --graceful`, and resolves when it has answered. */
export async function internalCommand(port: number, what: string): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'data')
  socket.write(`INTERNALCMD ${what}\r\n`)
  await once(socket, 'data')
  // What it is told may end Haraka, and the connection with it.
  socket.on('error', () => {})
  socket.end('QUIT\r\n')
}
