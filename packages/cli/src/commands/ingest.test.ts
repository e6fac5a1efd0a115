import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { DovecotServer, hasDovecot } from '@icloud-delivery/dovecot-for-tests'
import { signReturnPath } from '@icloud-delivery/engine'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makePlace, someMail, type Place } from '../ledger.test.fixture.ts'
import {
  bin,
  killStarted,
  run as runBin,
  start,
  type Ended,
  type RunOptions,
} from '../run-bin.test.helper.ts'

const returnPath = {
  domain: 'bounces.example.com',
  keys: [{ id: 'k1', secret: 'at least 32 bytes that nobody can guess' }],
}

let place: Place
beforeEach(async () => {
  place = makePlace()
  await place.with(someMail)
  writeFileSync(
    place.path('icloud-delivery.config.json'),
    JSON.stringify({ ledger: 'icloud.db', returnPath }),
  )
})
afterEach(() => {
  killStarted()
  place.remove()
})

const run = (args: string[], options: RunOptions = {}): Promise<Ended> =>
  runBin(['ingest', ...args], { cwd: place.directory, ...options })
const lines = ({ stdout }: Ended): any[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

/** A bounce for a recipient, that came to the return path which was signed for him. */
function bounce(recipient: string, deliveredTo?: string): string {
  const messageId = `<${recipient.replace('@', '.')}.1@example.com>`
  const signed = signReturnPath({ ...returnPath, recipient, messageId }).address
  return [
    'Return-Path: <>',
    `Delivered-To: ${deliveredTo ?? signed}`,
    'Received: from relay.example.net (relay.example.net [198.51.100.9]) by mx.example.com; Thu, 1 Jan 2026 00:00:01 +0000',
    'From: MAILER-DAEMON@relay.example.net',
    `Date: ${new Date().toUTCString()}`,
    'Subject: Undelivered Mail Returned to Sender',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'It could not be delivered.',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; relay.example.net',
    '',
    `Final-Recipient: rfc822; ${recipient}`,
    'Action: failed',
    'Status: 5.1.1',
    'Remote-MTA: dns; mx01.mail.icloud.com',
    `Diagnostic-Code: smtp; 550 5.1.1 <${recipient}>: user does not exist`,
    '',
    '--b',
    'Content-Type: text/rfc822-headers',
    '',
    `Message-ID: ${messageId}`,
    `To: ${recipient}`,
    '',
    '--b--',
    '',
  ].join('\r\n')
}
const logLine = (name: string, id: string): string =>
  `2026-01-01T09:12:02+00:00 mail postfix/smtp[13]: ${id}: to=<${name}@icloud.com>, relay=mx01.mail.icloud.com[192.0.2.25]:25, ` +
  `delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx01.mail.icloud.com[192.0.2.25] said: 550 5.1.1 ` +
  `<${name}@icloud.com>: user does not exist (in reply to RCPT TO command))\n`

describe('ingest', () => {
  test('believes a bounce on standard input that came to a signed return path, once', async () => {
    const first = await run([], { input: bounce('gina@icloud.com') })
    expect(first.code).toBe(0)
    expect(first.stdout).toMatch(
      /^message\tstatus\trecipient\trule\twhy\nmessage\trecorded\tgina@icloud\.com\tinvalid-recipient\t/,
    )
    expect(first.stderr).toBe('1 recorded.\n')
    const suppressed = await runBin(['suppressions', '--json', '--ledger', place.ledger])
    expect(suppressed.stdout).toContain('gina@icloud.com')
    const again = lines(await run(['--json'], { input: bounce('gina@icloud.com') }))
    expect(again).toMatchObject([{ status: 'duplicate' }, { summary: { duplicate: 1 } }])
  })

  test('lists what anybody can have written, and acts on nothing', async () => {
    const input = bounce('gina@icloud.com', 'postmaster@example.com')
    const { code, stdout, stderr } = await run([], { input })
    expect([code, stderr]).toEqual([0, '1 unsigned.\n'])
    expect(stdout).toContain('\tunsigned\tgina@icloud.com\tinvalid-recipient\t')
    expect((await runBin(['suppressions', '--ledger', place.ledger])).stdout).not.toContain('gina')
    const without = await runBin(['ingest', '--ledger', place.ledger], { input, cwd: '/' })
    expect(without.stderr).toContain('none is believed')
  })

  test('takes the address that it came to from the mail server', async () => {
    const recipient = 'gina@icloud.com'
    const signed = signReturnPath({
      ...returnPath,
      recipient,
      messageId: '<gina.icloud.com.1@example.com>',
    }).address
    const input = bounce(recipient, 'postmaster@example.com')
    expect(await run(['--delivered-to', signed], { input })).toMatchObject({
      code: 0,
      stderr: '1 recorded.\n',
    })
  })

  test('ends with 75 if a message cannot be remembered, so that the mail server keeps it', async () => {
    const input = bounce('gina@icloud.com')
    const missing = await run(['--ledger', 'missing.db', '--json'], { input })
    expect([missing.code, JSON.parse(missing.stderr).error.code]).toEqual([75, 'ENOLEDGER'])
    writeFileSync(place.path('icloud-delivery.config.json'), '{"legder":1}')
    expect((await run([], { input })).code).toBe(75)
  })

  test('reads a Maildir once, and leaves it with --keep', async () => {
    for (const folder of ['new', 'cur', 'tmp']) mkdirSync(place.path(`box/${folder}`), { recursive: true })
    writeFileSync(place.path('box/new/1.a'), bounce('gina@icloud.com'))
    writeFileSync(place.path('box/new/2.b'), 'no mail at all')
    const kept = await run(['--maildir', 'box', '--keep', '--json'])
    expect(lines(kept).map(({ status }) => status)).toEqual(['recorded', expect.any(String), undefined])
    const { code } = await run(['--maildir', 'box', '--move-to', 'done'])
    expect([
      code,
      readdirSync(place.path('box/new')),
      readdirSync(place.path('done/new')).length + readdirSync(place.path('done/cur')).length,
    ]).toEqual([0, [], 2])
    expect(await run(['--maildir', 'box'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'There is nothing to read.\nNothing was read.\n',
    })
  })

  test('reads an mbox', async () => {
    const mbox = ['gina', 'hugo'].map(
      (name) => `From MAILER-DAEMON Thu Jan  1 00:00:00 2026\n${bounce(`${name}@icloud.com`)}\n`,
    )
    writeFileSync(place.path('b.mbox'), mbox.join(''))
    expect(await run(['--mbox', 'b.mbox'])).toMatchObject({ code: 0, stderr: '2 recorded.\n' })
    writeFileSync(place.path('other'), 'something else\n')
    expect(await run(['--mbox', 'other'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('(EINPUT)'),
    })
  })

  test.skipIf(!hasDovecot())('reads an IMAP folder, with an account that no flag names', async () => {
    const user = 'bounces@example.com'
    const server = await DovecotServer.start({ users: { [user]: 'secret-word' } })
    try {
      await server.deliver(user, bounce('gina@icloud.com'), 'Bounces')
      writeFileSync(place.path('ca.pem'), server.certificate)
      const imap = {
        host: server.host,
        port: server.tlsPort,
        user,
        pass: 'secret-word',
        ca: 'ca.pem',
        folder: 'Bounces',
      }
      writeFileSync(place.path('c.json'), JSON.stringify({ ledger: 'icloud.db', returnPath, imap }))
      const args = ['--imap', '--config', 'c.json']
      expect(await run(args)).toMatchObject({ code: 0, stderr: '1 recorded.\n' })
      expect((await run(args)).stderr).toContain('There is nothing to read.')
      const env = {
        ICLOUD_DELIVERY_IMAP: `imaps://${encodeURIComponent(user)}:wrong-word@127.0.0.1:${server.tlsPort}/Bounces`,
      }
      const wrong = await run(args, { env })
      expect([wrong.code, wrong.stderr.includes('wrong-word')]).toEqual([1, false])
    } finally {
      await server.stop()
    }
  })

  test('records a log, goes on where it stopped, and follows it', async () => {
    writeFileSync(place.path('mail.log'), logLine('gina', '4F3B21C0A1'))
    const args = ['--log', 'mail.log', '--state', 'position', '--stream', 'marketing']
    expect(await run(args)).toEqual({ code: 0, stdout: 'Log of postfix: 1 recorded.\n', stderr: '' })
    const again = await run([...args, '--json'])
    expect(JSON.parse(again.stdout)).toMatchObject({ counts: { recorded: 0 } })

    const config = ['--config', place.path('icloud-delivery.config.json')]
    const follow = ['--log', place.path('mail.log'), '--state', place.path('position'), '--follow', '--json']
    const child = start([bin, 'ingest', ...follow, ...config])
    const watch = start([bin, 'watch', '--lines', '1', '--json', '--ledger', place.ledger])
    await once(watch.stdout, 'data')
    appendFileSync(place.path('mail.log'), logLine('hugo', '4F3B21C0A2'))
    const [event] = await once(watch.stdout, 'data')
    expect(JSON.parse(String(event).split('\n')[0] ?? '')).toMatchObject({
      type: 'suppress',
      subject: 'hugo@icloud.com',
    })
    const output = once(child.stdout, 'data')
    child.kill('SIGTERM')
    const [summary] = await output
    expect(JSON.parse(String(summary))).toMatchObject({ format: 'postfix', counts: { recorded: 1 } })
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  test('a log without hosts counts only if the server delivers directly', async () => {
    const at = new Date().toISOString()
    const line = (level: string, id: string, origin: string, text: string): string =>
      `${at} [${level}] [${id}] [${origin}] ${text}\n`
    writeFileSync(
      place.path('haraka.log'),
      line('NOTICE', 'A.1', 'core', 'recipient <ines@icloud.com> code=OK msg="" sender=news@example.com') +
        line(
          'NOTICE',
          'A.1',
          'core',
          'message mid=<1@example.com> size=9 rcpts=1/0/0 delay=0 code=CONT msg=""',
        ) +
        line(
          'NOTICE',
          'A.1.1',
          'outbound',
          'recipient <ines@icloud.com> rejected: 550 5.1.1 <ines@icloud.com>: user does not exist',
        ),
    )
    const listed = await run(['--log', 'haraka.log'])
    expect(listed).toMatchObject({ code: 0, stdout: 'Log of haraka: 1 listed.\n' })
    expect(listed.stderr).toContain('direct')
    expect(await run(['--log', 'haraka.log', '--direct'])).toEqual({
      code: 0,
      stdout: 'Log of haraka: 1 recorded.\n',
      stderr: '',
    })
  })

  test.each<[string[], number, RegExp]>([
    [['--log', 'a', '--mbox', 'b'], 2, /one source at a time/],
    [['--mbox', 'b', '--follow'], 2, /--follow goes with --log only/],
    [['--mbox', 'b', '--direct'], 2, /--direct goes with --log only/],
    [['--imap'], 2, /ICLOUD_DELIVERY_IMAP/],
    [['--log', 'missing.log'], 1, /EFILE/],
    [['--maildir', 'missing'], 1, /EFILE/],
    [['--log', 'icloud-delivery.config.json'], 1, /ELOGFORMAT/],
  ])('%j is an error', async (args, exit, message) => {
    const { code, stderr } = await run(args)
    expect([code, stderr]).toEqual([exit, expect.stringMatching(message)])
  })
})
