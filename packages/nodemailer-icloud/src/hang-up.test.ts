import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { hungUp } from './hang-up.ts'

/** As long as the test does not let it, no time passes. */
function stopTimers(): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
}

async function pair(): Promise<[client: Socket, server: Socket]> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [there] = await accepted
  there.on('error', () => {}).resume()
  client.resume()
  onTestFinished(() => {
    client.destroy()
    there.destroy()
    server.close()
  })
  return [client, there]
}

it('waits until the server has closed the connection, too', async () => {
  const [client, server] = await pair()
  stopTimers()
  let isOver = false
  const over = hungUp(client).then(() => (isOver = true))
  client.end()
  await once(server, 'end')
  expect(isOver).toBe(false)
  server.end()
  await over
  expect(client.closed).toBe(true)
  await hungUp(client)
})

it('gives a connection up after five seconds if the server keeps it', async () => {
  const [client, server] = await pair()
  stopTimers()
  const over = hungUp(client)
  client.end()
  await once(server, 'end')
  vi.advanceTimersByTime(4999)
  expect(client.destroyed).toBe(false)
  vi.advanceTimersByTime(1)
  await over
  expect(client.destroyed).toBe(true)
})

it('has not waited while the process stood still', async () => {
  const [client, server] = await pair()
  const over = hungUp(client)
  client.end()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5100)
  await once(server, 'end')
  expect(client.destroyed).toBe(false)
  server.end()
  await over
})
