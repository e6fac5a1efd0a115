import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test, vi } from 'vitest'
import { listen } from './listen.ts'

const head = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n'

/** A server that is being closed while half a body has come. */
async function closing() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  let begun = (): void => {}
  const isBegun = new Promise<void>((resolve) => (begun = resolve))
  const answer = async (request: Request): Promise<Response> => {
    begun()
    return new Response(await request.text())
  }
  const listening = await listen(answer, { port: 0, host: '127.0.0.1' })
  const client = connect(Number(new URL(listening.origin).port), '127.0.0.1')
  onTestFinished(() => void client.destroy())
  client.on('error', () => {})
  client.write(`${head}ab`)
  await isBegun
  return { client, closed: listening.close() }
}

test('what is under way is answered before it closes', async () => {
  const { client, closed } = await closing()
  const heard = text(client)
  vi.advanceTimersByTime(9999)
  client.write('cd')
  expect(await heard).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*\r\n\r\nabcd$/)
  await closed
})

test('a request whose rest does not come is given up after ten seconds', async () => {
  const { client, closed } = await closing()
  const isOver = once(client.resume(), 'close')
  vi.advanceTimersByTime(10_000)
  await isOver
  await expect(closed).resolves.toBeUndefined()
})
