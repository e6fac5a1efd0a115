import { expect, test } from 'vitest'
import { RawClient } from './raw-client.test.helper.ts'
import { firstHost, simulate } from './simulators.test.helper.ts'

test('encrypts, and starts the session anew', async () => {
  const simulator = await simulate()
  const client = await RawClient.ready(firstHost(simulator))
  expect(await client.say('STARTTLS now')).toBe('501 5.5.4 Syntax: STARTTLS')
  expect(await client.say('STARTTLS')).toBe('220 2.0.0 Ready to start TLS')
  await client.startTls(simulator.certificate ?? '', 'mx01.mail.icloud.com')
  expect(await client.say('MAIL FROM:<a@example.com>')).toBe('503 5.5.1 Error: send HELO/EHLO first')
  expect(await client.say('EHLO sender.example')).not.toContain('STARTTLS')
  expect(await client.say('STARTTLS')).toBe('554 5.5.1 Error: TLS already active')
  expect(await client.message('anna@icloud.com')).toMatch(/^250 2\.0\.0 /)
  expect(simulator.messages[0]?.tls).toBe(true)
  expect(await client.say('QUIT')).toBe('221 2.0.0 Bye')
  expect(await client.ended()).toBe(true)
})

test('forgets what was sent in the clear after STARTTLS', async () => {
  const simulator = await simulate()
  const client = await RawClient.ready(firstHost(simulator))
  client.send('STARTTLS', 'EHLO attacker.example', 'MAIL FROM:<attacker@example.com>')
  expect(await client.reply()).toBe('220 2.0.0 Ready to start TLS')
  await client.startTls(simulator.certificate ?? '', 'mx01.mail.icloud.com')
  expect(await client.say('NOOP')).toBe('250 2.0.0 Ok')
  expect(simulator.attempts.filter(({ phase }) => phase === 'mail')).toEqual([])
})

test('hangs up where the handshake is nonsense', async () => {
  const simulator = await simulate()
  const client = await RawClient.ready(firstHost(simulator))
  expect(await client.say('STARTTLS')).toBe('220 2.0.0 Ready to start TLS')
  client.send('EHLO this is not TLS')
  while ((await client.nextReply()) !== null);
  const other = await RawClient.ready(firstHost(simulator))
  expect(await other.say('NOOP')).toBe('250 2.0.0 Ok')
})

test('has no certificate and no STARTTLS if told so', async () => {
  const simulator = await simulate({ starttls: false })
  expect(simulator.certificate).toBeNull()
  const client = await RawClient.connect(firstHost(simulator))
  await client.reply()
  expect(await client.say('EHLO sender.example')).not.toContain('STARTTLS')
  expect(await client.say('STARTTLS')).toBe('502 5.5.1 Error: command not implemented')
})
