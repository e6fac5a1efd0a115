import { expect, test } from 'vitest'
import { RawClient } from './raw-client.test.helper.ts'
import { firstHost, simulate } from './simulators.test.helper.ts'

test('defers a recipient that gets too much within a minute', async () => {
  let now = 0
  const simulator = await simulate({ limits: { messagesPerRecipientPerMinute: 2 }, clock: () => now })
  const client = await RawClient.ready(firstHost(simulator))
  await client.say('MAIL FROM:<a@example.com>')
  const rcpt = (address: string): Promise<string> => client.say(`RCPT TO:<${address}>`)
  expect(await rcpt('anna@icloud.com')).toBe('250 2.1.5 Ok')
  now = 30_000
  expect(await rcpt('Anna@icloud.com')).toBe('250 2.1.5 Ok')
  now = 59_999
  expect(await rcpt('anna@icloud.com')).toMatch(/^421 4\.7\.1 Messages to anna@icloud\.com deferred/)
  expect(simulator.attempts.at(-1)?.rule).toBe('rate-limited')
  expect(await rcpt('berta@icloud.com')).toBe('250 2.1.5 Ok')
  now = 60_000
  expect(await rcpt('anna@icloud.com')).toBe('250 2.1.5 Ok')
  expect(await rcpt('anna@icloud.com')).toMatch(/^421 /)
  simulator.reset()
  expect(await rcpt('anna@icloud.com')).toBe('250 2.1.5 Ok')
})

test('does not count recipients that a script refuses', async () => {
  const simulator = await simulate({
    limits: { messagesPerRecipientPerMinute: 1 },
    script: { anna: [{ reply: '450 4.2.1 later', times: 3 }, { accept: true }] },
  })
  const client = await RawClient.ready(firstHost(simulator))
  await client.say('MAIL FROM:<a@example.com>')
  const codes: string[] = []
  for (let i = 0; i < 5; i++) codes.push((await client.say('RCPT TO:<anna@icloud.com>')).slice(0, 3))
  expect(codes).toEqual(['450', '450', '450', '250', '421'])
})

test('refuses a client that has too many connections, until it gives one back', async () => {
  const simulator = await simulate({ limits: { connectionsPerClient: 2 } })
  const [one, two] = [
    await RawClient.ready(firstHost(simulator)),
    await RawClient.ready(firstHost(simulator)),
  ]
  const third = await RawClient.connect(firstHost(simulator))
  expect(await third.reply()).toBe('421 [HCM1] Your mail from 192.0.2.10 was deferred.')
  expect(await third.ended()).toBe(true)
  expect(simulator.attempts.at(-1)?.rule).toBe('ip-deferred')
  expect(simulator.sessions).toEqual({ count: 3, open: 2, peak: 3 })
  await one.say('QUIT')
  const fourth = await RawClient.connect(firstHost(simulator))
  expect(await fourth.reply()).toMatch(/^220 /)
  expect(await two.say('NOOP')).toBe('250 2.0.0 Ok')
})
