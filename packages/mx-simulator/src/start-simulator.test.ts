import { randomInt } from 'node:crypto'
import { expect, test } from 'vitest'
import type { SimulatorOptions } from './options.ts'
import { RawClient } from './raw-client.test.helper.ts'
import { firstHost, simulate } from './simulators.test.helper.ts'
import { startSimulator } from './start-simulator.ts'

test('says which port is taken, and lets go of the others', async () => {
  const first = await simulate()
  const free = await freePort()
  await expect(startSimulator({ hosts: [{ port: free }, { port: first.port }] })).rejects.toMatchObject({
    code: 'ERR_SIMULATOR_LISTEN',
    message: `Cannot listen on 127.0.0.1 port ${first.port}: another program listens there; end it or choose another port (EADDRINUSE).`,
    cause: { code: 'EADDRINUSE' },
  })
  const again = await simulate({ port: free })
  expect(again.port).toBe(free)
})

/** Below those that the system gives to clients: nobody else has it while the test is without it. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(23_000, 32_768)
    const simulator = await startSimulator({ port, starttls: false }).catch(() => null)
    await simulator?.close()
    if (simulator !== null) return port
  }
}

test.each([
  [{ address: 'localhost' }, /must be an IP address/],
  [{ port: 65_536 }, /0 to 65535/],
  [{ hosts: [] }, /`hosts` is empty/],
])('refuses %j', async (options, problem) => {
  await expect(startSimulator(options)).rejects.toMatchObject({
    code: 'ERR_SIMULATOR_LISTEN',
    message: expect.stringMatching(problem),
  })
})

test.each([
  [{ prot: 25 }, 'startSimulator has no option `prot`. Did you mean `port`?'],
  [{ hosts: [{}, { nane: 'mx' }] }, 'startSimulator has no option `hosts[1].nane`. Did you mean `name`?'],
  [
    { limits: { perDay: 3 } },
    'startSimulator has no option `limits.perDay`. There are messagesPerRecipientPerMinute, connectionsPerClient.',
  ],
  [25, 'The options of startSimulator must be an object, found 25.'],
  [{ hosts: 2 }, '`hosts` must be an array, found 2.'],
  [{ limits: null }, '`limits` must be an object, found null.'],
])('refuses %j, which are no options', async (options, message) => {
  await expect(startSimulator(options as SimulatorOptions)).rejects.toMatchObject({
    name: 'SimulatorError',
    code: 'ERR_SIMULATOR_OPTION',
    message,
  })
})

test('close hangs up on everybody, even in the middle of a delay, and can be called twice', async () => {
  const simulator = await simulate({ latencyMs: 60_000 })
  const client = await RawClient.connect(firstHost(simulator))
  await simulator.close()
  await simulator.close()
  expect(await client.ended()).toBe(true)
  expect(simulator.sessions.open).toBe(0)
})

test('waits before each answer', async () => {
  const simulator = await simulate({ latencyMs: 40 })
  const start = performance.now()
  const client = await RawClient.connect(firstHost(simulator))
  await client.reply()
  // Timers may fire a millisecond early.
  expect(performance.now() - start).toBeGreaterThan(38)
})

test('remembers the newest only, if told so', async () => {
  const simulator = await simulate({ history: 2 })
  const client = await RawClient.ready(firstHost(simulator))
  for (const name of ['anna', 'berta', 'clara']) await client.message(`${name}@icloud.com`)
  expect(simulator.messages.map(({ recipients }) => recipients[0])).toEqual([
    'berta@icloud.com',
    'clara@icloud.com',
  ])
  expect(simulator.attempts.map(({ phase }) => phase)).toEqual(['data', 'eod'])
})
