import { expect, test } from 'vitest'
import { RawClient } from './raw-client.test.helper.ts'
import { firstHost, simulate } from './simulators.test.helper.ts'

test('gives what the predicate found, at once or later', async () => {
  const simulator = await simulate()
  expect(await simulator.waitFor(({ hosts }) => hosts.length)).toBe(1)
  const later = simulator.waitFor(
    ({ messages }) => messages.find(({ recipients }) => recipients[0] === 'b@icloud.com'),
    { timeoutMs: 50_000 },
  )
  const client = await RawClient.ready(firstHost(simulator))
  await client.message('a@icloud.com')
  await client.message('b@icloud.com')
  expect((await later)?.recipients).toEqual(['b@icloud.com'])
  expect(simulator.listenerCount('message')).toBe(0)
})

test('gives up, and says what there was instead', async () => {
  const simulator = await simulate()
  const client = await RawClient.ready(firstHost(simulator))
  await client.say('MAIL FROM:<a@example.com>', 'RCPT TO:<mailbox-full@icloud.com>')
  await expect(simulator.waitFor(({ messages }) => messages[0], { timeoutMs: 10 })).rejects.toMatchObject({
    code: 'ERR_SIMULATOR_TIMEOUT',
    message: expect.stringMatching(
      /^Not so within 10 ms: 0 messages, 4 answers.*rcpt mailbox-full@icloud\.com: 552 /,
    ),
  })
})

test('fails with the predicate', async () => {
  const simulator = await simulate()
  const failing = simulator.waitFor(() => {
    throw new Error('mistaken')
  })
  await expect(failing).rejects.toThrow('mistaken')
})

test('ends with the simulator', async () => {
  const simulator = await simulate()
  const closed = { code: 'ERR_SIMULATOR_CLOSED' }
  await Promise.all([expect(simulator.waitFor(() => false)).rejects.toMatchObject(closed), simulator.close()])
  await expect(simulator.waitFor(() => true)).rejects.toMatchObject(closed)
})
