import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { freePort } from './free-port.ts'

const range = '/proc/sys/net/ipv4/ip_local_port_range'

it.skipIf(!existsSync(range))('a free port is none that the system gives to a client', async () => {
  const [first = 0] = readFileSync(range, 'utf8').split(/\s+/).map(Number)
  for (let n = 0; n < 20; n++) {
    const port = await freePort()
    expect(port).toBeLessThan(first)
    // That of the bus of a cluster.
    expect(port + 10_000).toBeLessThan(first)
  }
})

it('a free port can be listened on', async () => {
  const port = await freePort()
  const server = createServer().listen(port, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  expect(server.address()).toMatchObject({ port })
})
