import { once } from 'node:events'
import { expect, test } from 'vitest'
import { RawClient } from './raw-client.test.helper.ts'
import { firstHost, simulate } from './simulators.test.helper.ts'

test('greets, introduces itself, takes a message and says goodbye', async () => {
  const simulator = await simulate({ clock: () => 1_700_000_000_000 })
  const client = await RawClient.connect(firstHost(simulator))
  expect(await client.reply()).toBe('220 mx01.mail.icloud.com ESMTP')
  expect(await client.say('EHLO sender.example')).toBe(
    [
      '250-mx01.mail.icloud.com',
      '250-PIPELINING',
      '250-SIZE 28311552',
      '250-STARTTLS',
      '250-ENHANCEDSTATUSCODES',
      '250-8BITMIME',
      '250 SMTPUTF8',
    ].join('\n'),
  )
  expect(await client.say('MAIL FROM:<news@example.com> SIZE=30 BODY=8BITMIME')).toBe('250 2.1.0 Ok')
  expect(await client.say('RCPT TO:<anna@icloud.com>')).toBe('250 2.1.5 Ok')
  expect(await client.say('DATA')).toBe('354 End data with <CR><LF>.<CR><LF>')
  const queued = await client.say('Subject: dots\r\n\r\n..one\r\n...two\r\n.')
  const [message] = simulator.messages
  expect(queued).toBe(`250 2.0.0 Ok: queued as ${message?.id}`)
  expect(await client.say('QUIT')).toBe('221 2.0.0 Bye')
  expect(await client.ended()).toBe(true)
  expect(message).toEqual({
    id: expect.stringMatching(/^[0-9A-Z]{10,20}$/),
    at: 1_700_000_000_000,
    envelope: { from: 'news@example.com', to: ['anna@icloud.com'] },
    recipients: ['anna@icloud.com'],
    raw: Buffer.from('Subject: dots\r\n\r\n.one\r\n..two\r\n'),
    tls: false,
    host: 'mx01.mail.icloud.com',
    client: '127.0.0.1',
    sessionId: 1,
  })
  expect(simulator.attempts.map(({ phase, code }) => `${phase} ${code}`)).toEqual([
    'connect 220',
    'helo 250',
    'mail 250',
    'rcpt 250',
    'data 354',
    'eod 250',
  ])
  expect(simulator.attempts.at(-1)).toEqual({
    at: 1_700_000_000_000,
    host: 'mx01.mail.icloud.com',
    sessionId: 1,
    phase: 'eod',
    recipient: 'anna@icloud.com',
    sender: 'news@example.com',
    code: 250,
    reply: queued,
    rule: null,
  })
})

test('answers commands that come at the wrong time, or not at all', async () => {
  const client = await RawClient.connect(firstHost(await simulate()))
  await client.reply()
  const dialogue = [
    ['MAIL FROM:<a@example.com>', '503 5.5.1 Error: send HELO/EHLO first'],
    ['EHLO', '501 5.5.4 Syntax: EHLO hostname'],
    ['helo sender.example', '250 mx01.mail.icloud.com'],
    ['RCPT TO:<anna@icloud.com>', '503 5.5.1 Error: need MAIL command'],
    ['DATA', '503 5.5.1 Error: need RCPT command'],
    ['MAIL FROM:a@example.com', '501 5.1.7 Bad sender address syntax'],
    ['MAIL FROM:<a@example.com> SIZE=999999999', '552 5.3.4 Message size exceeds fixed limit'],
    ['mail from:<>', '250 2.1.0 Ok'],
    ['MAIL FROM:<a@example.com>', '503 5.5.1 Error: nested MAIL command'],
    ['DATA', '554 5.5.1 Error: no valid recipients'],
    ['RCPT TO:anna', '501 5.1.3 Bad recipient address syntax'],
    ['RCPT TO:<>', '501 5.1.3 Bad recipient address syntax'],
    ['RCPT TO:<anna>', '504 5.5.2 <anna>: Recipient address rejected: need fully-qualified address'],
    ['RCPT TO:<postmaster>', '250 2.1.5 Ok'],
    ['RSET', '250 2.0.0 Ok'],
    ['RCPT TO:<anna@icloud.com>', '503 5.5.1 Error: need MAIL command'],
    ['NOOP', '250 2.0.0 Ok'],
    ['VRFY anna', '502 5.5.1 VRFY command is disabled'],
    ['BDAT 3 LAST', '502 5.5.1 Error: command not implemented'],
    ['constructor', '500 5.5.2 Error: command not recognized'],
    ['', '500 5.5.2 Error: command not recognized'],
    ['x'.repeat(100_000), '500 5.5.2 Error: line too long'],
    ['NOOP', '250 2.0.0 Ok'],
  ]
  const said: string[][] = []
  for (const [command = ''] of dialogue) said.push([command, await client.say(command)])
  expect(said).toEqual(dialogue)
})

test('says so when every recipient was refused', async () => {
  const client = await RawClient.ready(firstHost(await simulate()))
  await client.say('MAIL FROM:<a@example.com>')
  expect(await client.say('RCPT TO:<invalid-recipient@icloud.com>')).toMatch(/^550 5\.1\.1 /)
  expect(await client.say('DATA')).toBe('554 5.5.1 Error: no valid recipients')
})

test('answers pipelined commands in order', async () => {
  const simulator = await simulate()
  const client = await RawClient.ready(firstHost(simulator))
  client.send(
    'MAIL FROM:<a@example.com>',
    'RCPT TO:<invalid-recipient@icloud.com>',
    'RCPT TO:<anna@icloud.com>',
    'DATA',
    'x',
    '.',
    'MAIL FROM:<b@example.com>',
    'QUIT',
  )
  const codes: string[] = []
  for (let reply = await client.nextReply(); reply !== null; reply = await client.nextReply()) {
    codes.push(reply.slice(0, 9))
  }
  expect(codes).toEqual([
    '250 2.1.0',
    '550 5.1.1',
    '250 2.1.5',
    '354 End d',
    '250 2.0.0',
    '250 2.1.0',
    '221 2.0.0',
  ])
  expect(simulator.messages.map(({ recipients }) => recipients)).toEqual([['anna@icloud.com']])
})

test('understands a session that comes byte by byte', async () => {
  const simulator = await simulate()
  const client = await RawClient.connect(firstHost(simulator))
  const session =
    'EHLO s.example\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<jürgen@icloud.com>\r\nDATA\r\nä\r\n.\r\nQUIT\r\n'
  for (const byte of Buffer.from(session)) client.sendBytes(Buffer.from([byte]))
  const message = await simulator.waitFor(({ messages }) => messages[0], { timeoutMs: 50_000 })
  expect(message.recipients).toEqual(['jürgen@icloud.com'])
  expect(message.raw.toString()).toBe('ä\r\n')
})

test('answers a sender that ends its side first', async () => {
  const client = await RawClient.connect(firstHost(await simulate()))
  client.send('HELO sender.example', 'MAIL FROM:<a@example.com>')
  client.end()
  expect([await client.reply(), await client.reply(), await client.reply()]).toEqual([
    '220 mx01.mail.icloud.com ESMTP',
    '250 mx01.mail.icloud.com',
    '250 2.1.0 Ok',
  ])
  expect(await client.ended()).toBe(true)
})

test('refuses a content that is too big, and goes on', async () => {
  const simulator = await simulate()
  const client = await RawClient.ready(firstHost(simulator))
  const line = `${'x'.repeat(998)}\r\n`
  expect(await client.message('anna@icloud.com', line.repeat(28_400))).toBe(
    '552 5.3.4 Error: message file too big',
  )
  expect(await client.message('anna@icloud.com')).toMatch(/^250 2\.0\.0 /)
  expect(simulator.messages.length).toBe(1)
})

test('accepts a thousand recipients and no more', async () => {
  const client = await RawClient.ready(firstHost(await simulate()))
  await client.say('MAIL FROM:<a@example.com>')
  const commands = Array.from({ length: 1001 }, (_, i) => `RCPT TO:<anna${i}@icloud.com>`)
  client.send(...commands)
  const replies: string[] = []
  for (const _ of commands) replies.push(await client.reply())
  expect(new Set(replies.slice(0, 1000))).toEqual(new Set(['250 2.1.5 Ok']))
  expect(replies[1000]).toBe('452 4.5.3 Error: too many recipients')
})

test('answers each of many commands sent at once', async () => {
  const client = await RawClient.ready(firstHost(await simulate()))
  client.sendBytes('NOOP\r\n'.repeat(300_000))
  client.send('QUIT')
  let replies = 0
  while ((await client.nextReply()) !== null) replies += 1
  expect(replies).toBe(300_001)
})

test('outlives senders that reset the connection', async () => {
  const simulator = await simulate({ script: { waits: [{ accept: true, delayMs: 60_000 }] } })
  const aborted = await RawClient.ready(firstHost(simulator))
  await aborted.say('MAIL FROM:<a@example.com>')
  aborted.send('RCPT TO:<waits@icloud.com>')
  aborted.reset()
  const inContent = await RawClient.ready(firstHost(simulator))
  await inContent.say('MAIL FROM:<a@example.com>', 'RCPT TO:<anna@icloud.com>', 'DATA')
  inContent.send('half of a mess')
  inContent.reset()
  const client = await RawClient.ready(firstHost(simulator))
  expect(await client.message('anna@icloud.com')).toMatch(/^250 2\.0\.0 /)
  expect(simulator.messages.length).toBe(1)
})

test('does not offer PIPELINING if told so', async () => {
  const client = await RawClient.connect(firstHost(await simulate({ pipelining: false })))
  await client.reply()
  expect(await client.say('EHLO sender.example')).not.toContain('PIPELINING')
})

test('has several hosts, each with its name', async () => {
  const simulator = await simulate({ hosts: [{}, { address: '127.0.0.2' }, { name: 'mx.example.com' }] })
  const greetings = await Promise.all(
    simulator.hosts.map(async (host) => await (await RawClient.connect(host)).reply()),
  )
  expect(greetings).toEqual([
    '220 mx01.mail.icloud.com ESMTP',
    '220 mx02.mail.icloud.com ESMTP',
    '220 mx.example.com ESMTP',
  ])
  expect(simulator.port).toBe(simulator.hosts[0]?.port)
  expect(simulator.hosts[1]?.address).toBe('127.0.0.2')
  expect(simulator.attempts.map(({ host }) => host).toSorted()).toEqual([
    'mx.example.com',
    'mx01.mail.icloud.com',
    'mx02.mail.icloud.com',
  ])
})

test('tells of each connection, answer and message', async () => {
  const simulator = await simulate()
  const seen: string[] = []
  simulator.on('session', ({ id, host, client }) => seen.push(`session ${id} ${host} ${client}`))
  simulator.on('reply', ({ phase }) => seen.push(`reply ${phase}`))
  simulator.on('message', ({ raw }) => seen.push(`message ${raw.length}`))
  const accepted = once(simulator, 'message')
  const client = await RawClient.ready(firstHost(simulator))
  await client.message('anna@icloud.com', 'x')
  await accepted
  expect(seen).toEqual([
    'session 1 mx01.mail.icloud.com 127.0.0.1',
    'reply connect',
    'reply helo',
    'reply mail',
    'reply rcpt',
    'reply data',
    'message 3',
    'reply eod',
  ])
})
