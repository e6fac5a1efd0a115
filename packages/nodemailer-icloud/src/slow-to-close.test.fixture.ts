import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** Stands in front of a server, and sees its connections as it does where the way is long. */
export interface SlowToClose {
  port: number
  /** Connections that neither side has closed yet: now, and at most at the same time. */
  open: number
  peak: number
}

/** Long enough for whoever does not wait for the end of a connection, or for the answer to RSET, to open the next one. */
const aWhileMs = 30

/** Passes on all that is said, RSET after a while, and hangs up a while after the client did. */
export async function slowToClose(serverPort: number): Promise<SlowToClose> {
  const server = createServer({ allowHalfOpen: true })
  const seen: SlowToClose = { port: 0, open: 0, peak: 0 }
  server.on('connection', (client) => {
    const beyond = connect({ port: serverPort, host: '127.0.0.1', allowHalfOpen: true })
    seen.open++
    seen.peak = Math.max(seen.peak, seen.open)
    client.on('data', (chunk: Buffer) => {
      if (chunk.toString('latin1').startsWith('RSET')) setTimeout(() => beyond.write(chunk), aWhileMs)
      else beyond.write(chunk)
    })
    beyond.pipe(client, { end: false })
    let isOver = false
    const over = (): void => {
      if (isOver) return
      isOver = true
      seen.open--
      client.end()
      beyond.destroy()
    }
    client.on('end', () => setTimeout(over, aWhileMs))
    client.on('error', over)
    beyond.on('error', over)
    beyond.on('end', over)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  seen.port = (server.address() as AddressInfo).port
  return seen
}
