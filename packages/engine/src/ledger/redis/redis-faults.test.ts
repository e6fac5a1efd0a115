import { RedisServer, TcpProxy, hasRedisServer } from '@icloud-delivery/redis-for-tests'
import { afterEach, describe, expect, it } from 'vitest'
import { createEngine } from '../../create-engine.ts'
import type { Ledger } from '../ledger.ts'
import { openAgain, readAgain, writtenAgain } from './again.test.fixture.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function startServer(...args: string[]): Promise<RedisServer> {
  const server = await RedisServer.start({ args })
  ends.push(() => server.stop())
  return server
}

async function startProxy(server: RedisServer): Promise<TcpProxy> {
  const proxy = await TcpProxy.start(server.port)
  ends.push(() => proxy.close())
  return proxy
}

async function open(port: number, timeoutSeconds = 60): Promise<Ledger> {
  const ledger = await openAgain({ url: `redis://127.0.0.1:${port}`, timeoutSeconds })
  ends.push(() => ledger.close())
  return ledger
}

const outOfReach = { code: 'ELEDGERIO' }

describe.skipIf(!hasRedisServer())('the Redis ledger', () => {
  it('has all that was reported written when the server is killed in the middle and started again', async () => {
    const server = await startServer('--appendfsync', 'always')
    const ledger = await open(server.port)
    const written: number[] = []
    let next = 0
    const killed: Promise<void>[] = []
    await Promise.all(
      Array.from({ length: 60 }, async () => {
        for (;;) {
          const n = next++
          try {
            expect(await ledger.write([{ key: `n/${n}`, expected: 0, value: n }])).toBe(true)
          } catch (error) {
            expect(error).toMatchObject(outOfReach)
            return
          }
          if (written.push(n) === 1000) killed.push(server.kill())
        }
      }),
    )
    await Promise.all(killed)
    expect(written.length).toBeGreaterThanOrEqual(1000)
    await server.restart()
    const entries = await readAgain(
      ledger,
      written.map((n) => `n/${n}`),
    )
    expect(entries.map((entry) => entry?.value)).toEqual(written)
    expect(await ledger.write([{ key: 'after', expected: 0, value: 1 }])).toBe(true)
  })

  it('rejects a write whose answer was lost, sends it never again, and lets it be decided again', async () => {
    const server = await startServer()
    const proxy = await startProxy(server)
    const ledger = await open(proxy.port)
    expect(await ledger.write([{ key: 'k', expected: 0, value: 1 }])).toBe(true)
    const [before] = await ledger.read(['k'])
    const change = { key: 'k', expected: before?.version ?? 0, value: 2 }
    await server.command('CONFIG', 'RESETSTAT')

    proxy.onAnswer = () => {
      proxy.onAnswer = () => true
      proxy.drop()
      return false
    }
    const event = { at: 1, type: 't', subject: 's', data: {} }
    await expect(ledger.write([change], [event])).rejects.toMatchObject(outOfReach)

    const [after] = await readAgain(ledger, ['k'])
    expect(after?.value).toBe(2)
    expect(after?.version).toBeGreaterThan(change.expected)
    expect(await ledger.write([change], [event])).toBe(false)
    expect(await ledger.events()).toHaveLength(1)
    // The one whose answer was lost, the one that was refused, and the look at the log.
    expect(String(await server.command('INFO', 'commandstats'))).toContain('cmdstat_evalsha:calls=3,')
  })

  it('rejects when there is no answer, forgets what was not sent, and works again after that', async () => {
    const server = await startServer()
    const proxy = await startProxy(server)
    const ledger = await open(proxy.port, 0.2)
    proxy.onRequest = () => false
    await expect(ledger.write([{ key: 'k', expected: 0, value: 1 }])).rejects.toMatchObject(outOfReach)
    await expect(ledger.read(['k'])).rejects.toMatchObject(outOfReach)
    proxy.onRequest = () => true
    expect(await readAgain(ledger, ['k'])).toEqual([null])
    expect(await writtenAgain(ledger, { key: 'k', expected: 0, value: 2 })).toBe(true)

    server.pause()
    await expect(ledger.read(['k'])).rejects.toMatchObject(outOfReach)
    server.resume()
    expect((await readAgain(ledger, ['k']))[0]?.value).toBe(2)
  })

  it('takes the answer that is there when this process has stood still for longer than it may take', async () => {
    const server = await startServer()
    const ledger = await open(server.port, 1)
    const reading = ledger.read(['k'])
    const still = new Int32Array(new SharedArrayBuffer(4))
    // The question goes out after the first time; in the second the server has so long to answer.
    for (let turn = 0; turn < 3; turn++) {
      Atomics.wait(still, 0, 0, 1250)
      await new Promise(setImmediate)
    }
    expect(await reading).toEqual([null])
  })

  it('does not take a version for current that the server lost', async () => {
    const server = await startServer()
    const ledger = await open(server.port)
    await ledger.write([{ key: 'k', expected: 0, value: 'lost' }])
    const [lost] = await ledger.read(['k'])
    await server.command('FLUSHALL')
    expect(await ledger.write([{ key: 'k', expected: 0, value: 'other' }])).toBe(true)
    expect(await ledger.write([{ key: 'k', expected: lost?.version ?? 0, value: 'wrong' }])).toBe(false)
    const [other] = await ledger.read(['k'])
    expect(other?.value).toBe('other')
    expect(other?.version).toBeGreaterThan(lost?.version ?? Infinity)
  })

  it('does not stop mail that cannot wait while it is away, and remembers again afterwards', async () => {
    const server = await startServer()
    const messages: string[] = []
    const logger = {
      warn: (text: string) => messages.push(text),
      error: (text: string) => messages.push(text),
    }
    const engine = createEngine({ ledger: await open(server.port), logger })
    ends.push(() => engine.close())
    const mail = { sender: 'shop@example.com', recipient: 'anna@icloud.com', messageId: '1@example.com' }
    const decide = async (stream: string): Promise<string | undefined> =>
      (await engine.admit({ ...mail, recipients: [mail.recipient], stream }))[0]?.decision
    const record = async (): Promise<boolean> =>
      (await engine.record({ ...mail, outcome: { kind: 'delivered' } })).durable
    expect(await record()).toBe(true)
    await server.kill()
    expect(await decide('marketing')).toBe('held')
    expect(await decide('transactional')).toBe('send')
    expect(await record()).toBe(false)
    await server.restart()
    await readAgain(engine.ledger, [])
    while ((await decide('marketing')) !== 'send') await new Promise(setImmediate)
    expect(await record()).toBe(true)
    expect(messages.join('\n')).toMatch(/out of reach.*\n.*is back/)
  })
})
