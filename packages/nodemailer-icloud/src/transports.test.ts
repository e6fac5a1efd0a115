import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createEngine, type Engine } from '@icloud-delivery/engine'
import nodemailer, { type MailMessage } from 'nodemailer'
import { describe, expect, it, onTestFinished } from 'vitest'
import { icloudTransport } from './icloud-transport.ts'
import { mail, rejection } from './stage.test.fixture.ts'
import { withIcloud } from './with-icloud.ts'

const to = ['Anna <anna@icloud.com>', 'gone@icloud.com', 'bob@example.com']

/** An engine in whose ledger gone@icloud.com is suppressed. */
async function engineWithoutGone(): Promise<Engine> {
  const engine = createEngine({ ledger: 'memory:' })
  await engine.suppress({ recipient: 'gone@icloud.com', origin: 'operator' })
  return engine
}

/** A transport that reads the data of a mail, and whom each mail went to. */
async function webApi() {
  const mails: string[] = []
  const inner = {
    name: 'SomeApi',
    version: '1.0.0',
    send(
      message: MailMessage,
      callback: (error: Error | null, info?: { messageId: string; envelope: never }) => void,
    ) {
      message.normalize((error, data) => {
        const shown = (['to', 'cc', 'bcc'] as const).map((key) => {
          const list = (data?.[key] ?? []) as { address: string }[]
          return `${key} ${list.map(({ address }) => address).join(' ') || '-'}`
        })
        mails.push(shown.join(', '))
        callback(error, { messageId: '<1@example.com>', envelope: undefined as never })
      })
    },
  }
  const engine = await engineWithoutGone()
  const transporter = nodemailer.createTransport(icloudTransport(inner, { engine, resolveMx: false }))
  return { transporter, posted: () => mails.toSorted() }
}

describe('the JSON transport', () => {
  it('shows the mail once, without suppressed recipients, attachments and all', async () => {
    const transporter = withIcloud(nodemailer.createTransport({ jsonTransport: true }), {
      engine: await engineWithoutGone(),
    })
    const info = await transporter.sendMail(
      mail(to, {
        cc: 'gone@icloud.com',
        attachments: [{ filename: 'a.txt', content: Readable.from(['All of it']) }],
      }),
    )
    const shown = JSON.parse(info.message) as {
      to: { address: string }[]
      cc: null
      attachments: { content: string }[]
    }
    expect(shown.to.map(({ address }) => address)).toEqual(['anna@icloud.com', 'bob@example.com'])
    expect(shown.cc).toBeNull()
    expect(Buffer.from(shown.attachments[0]?.content ?? '', 'base64').toString()).toBe('All of it')
    expect(info).toMatchObject({
      accepted: ['anna@icloud.com', 'bob@example.com'],
      rejected: ['gone@icloud.com'],
      suppressed: ['gone@icloud.com'],
      envelope: { from: 'news@example.com', to: ['anna@icloud.com', 'gone@icloud.com', 'bob@example.com'] },
    })
  })

  it('rejects if everybody is suppressed', async () => {
    const transporter = withIcloud(nodemailer.createTransport({ jsonTransport: true }), {
      engine: await engineWithoutGone(),
    })
    expect(await rejection(transporter.sendMail(mail('gone@icloud.com')))).toMatchObject({
      code: 'ESUPPRESSED',
    })
  })

  it('resolves without recipients, as it does bare', async () => {
    const transporter = withIcloud(nodemailer.createTransport({ jsonTransport: true }))
    const info = await transporter.sendMail({ from: 'news@example.com', text: 'Hello' })
    expect(info.accepted).toEqual([])
  })
})

describe('the stream transport', () => {
  it('gives the bytes once, with Bcc and all', async () => {
    const transporter = withIcloud(nodemailer.createTransport({ streamTransport: true, buffer: true }))
    const info = await transporter.sendMail(mail('anna@icloud.com', { bcc: 'bob@example.com' }))
    expect(info.accepted).toEqual(['anna@icloud.com', 'bob@example.com'])
    expect((info['message'] as Buffer).toString()).toContain('Bcc: bob@example.com')
  })
})

describe('sendmail', () => {
  it('is started once for each Apple recipient and once for the others', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'nodemailer-icloud-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const path = join(directory, 'sendmail')
    const log = join(directory, 'log')
    // Reads the mail, then notes its arguments and the size in one write, so that no two starts mix.
    writeFileSync(path, `#!/bin/sh\nbytes=$(wc -c)\necho "$*" $bytes >> '${log}'\n`)
    chmodSync(path, 0o755)
    const transporter = withIcloud(nodemailer.createTransport({ sendmail: true, path }), {
      engine: await engineWithoutGone(),
      resolveMx: false,
    })
    const info = await transporter.sendMail(
      mail([...to, 'bert@me.com'], { attachments: [{ content: Readable.from([Buffer.alloc(9000, 'x')]) }] }),
    )
    expect(info.accepted).toEqual(['anna@icloud.com', 'bob@example.com', 'bert@me.com'])
    const lines = readFileSync(log, 'utf8').trim().split('\n').toSorted()
    expect(lines.map((line) => line.replace(/ \d+$/, ''))).toEqual([
      '-i -f news@example.com anna@icloud.com',
      '-i -f news@example.com bert@me.com',
      '-i -f news@example.com bob@example.com',
    ])
    const sizes = new Set(lines.map((line) => Number(line.split(' ').at(-1))))
    expect(sizes.size).toBe(1)
    expect([...sizes][0]).toBeGreaterThan(12_000)
  })
})

describe('SES', () => {
  it('gets one command for each Apple recipient, and keeps its own errors', async () => {
    const commands: { Destination: { ToAddresses: string[] }; Content: { Raw: { Data: Buffer } } }[] = []
    const tooMany = Object.assign(new Error('Slow down'), { name: 'TooManyRequestsException', $metadata: {} })
    const SES = {
      SendEmailCommand: class {
        readonly input: (typeof commands)[number]
        constructor(input: (typeof commands)[number]) {
          this.input = input
        }
      },
      sesClient: {
        send: async ({ input }: { input: (typeof commands)[number] }) => {
          commands.push(input)
          if (input.Destination.ToAddresses.includes('busy@icloud.com')) throw tooMany
          return { MessageId: `id${commands.length}` }
        },
      },
    }
    const transporter = withIcloud(nodemailer.createTransport({ SES } as never), { resolveMx: false })
    const info = await transporter.sendMail(mail(['anna@icloud.com', 'bert@icloud.com']))
    expect(info.accepted).toEqual(['anna@icloud.com', 'bert@icloud.com'])
    expect(info.messageId).toMatch(/^<id1@/)
    expect(commands.map(({ Destination }) => Destination.ToAddresses)).toEqual([
      ['anna@icloud.com'],
      ['bert@icloud.com'],
    ])

    const error = await rejection(transporter.sendMail(mail('busy@icloud.com')))
    expect(error).toBe(tooMany)
    expect(error).toMatchObject({
      name: 'TooManyRequestsException',
      code: 'ESES',
      rejected: ['busy@icloud.com'],
    })
  })
})

describe('a transport for a web API', () => {
  it('finds only its recipients, and all of the content, in the data each time', async () => {
    const posted: { to: unknown; cc: unknown; body: string; mime: string }[] = []
    const api = {
      name: 'SomeApi',
      version: '1.0.0',
      send(
        message: MailMessage,
        callback: (error: Error | null, info?: { messageId: string; envelope: never }) => void,
      ) {
        const { data } = message
        const [attachment] = data.attachments ?? []
        const post = async () => {
          const mime = await buffer(message.message.createReadStream())
          posted.push({
            to: data.to,
            cc: data.cc,
            body: Buffer.isBuffer(attachment?.content) ? attachment.content.toString() : '',
            mime: mime.toString(),
          })
          return { messageId: `api-${posted.length}`, envelope: undefined as never }
        }
        void post().then((info) => setImmediate(callback, null, info))
      },
    }
    const transporter = nodemailer.createTransport(
      icloudTransport(api, { engine: await engineWithoutGone(), resolveMx: false }),
    )
    const attachments = [{ filename: 'a.txt', content: Readable.from(['All of it']) }]
    const info = await transporter.sendMail(mail(to, { cc: 'bert@icloud.com', attachments }))
    expect(info.accepted).toEqual(['anna@icloud.com', 'bob@example.com', 'bert@icloud.com'])
    expect(info.suppressed).toEqual(['gone@icloud.com'])
    expect(posted.map((post) => JSON.stringify([post.to, post.cc])).toSorted()).toEqual([
      '[[{"address":"anna@icloud.com","name":"Anna"}],[]]',
      // Web APIs take no mail without a To.
      '[[{"address":"bert@icloud.com","name":""}],[]]',
      '[[{"address":"bob@example.com","name":""}],[]]',
    ])
    expect(posted.map(({ body }) => body)).toEqual(['All of it', 'All of it', 'All of it'])
    expect(new Set(posted.map(({ mime }) => mime)).size).toBe(1)
    expect(posted[0]?.mime).toContain(Buffer.from('All of it').toString('base64'))
    expect(attachments[0]?.content).toBeInstanceOf(Readable)
  })

  it('always has a To, where the mail has one, and never tells who is in Bcc', async () => {
    const { transporter, posted } = await webApi()
    await transporter.sendMail(mail('anna@icloud.com', { bcc: ['bob@example.com', 'carl@example.com'] }))
    await transporter.sendMail(
      mail('bob@example.com', { cc: ['gone@icloud.com', 'cleo@icloud.com'], bcc: 'bert@icloud.com' }),
    )
    await transporter.sendMail(mail('gone@icloud.com', { cc: ['bob@example.com', 'carl@example.com'] }))
    expect(posted()).toEqual([
      'to anna@icloud.com, cc -, bcc -',
      'to bert@icloud.com, cc -, bcc -',
      'to bob@example.com carl@example.com, cc -, bcc -',
      'to bob@example.com, cc -, bcc -',
      'to bob@example.com, cc -, bcc -',
      'to carl@example.com, cc -, bcc -',
      'to cleo@icloud.com, cc -, bcc -',
    ])
  })

  it('writes to nobody who is suppressed whatever the envelope of the mail says', async () => {
    const { transporter, posted } = await webApi()
    const envelope = { from: 'bounces@example.com' }
    const info = await transporter.sendMail(mail(['gone@icloud.com', 'bob@example.com'], { envelope }))
    expect(info).toMatchObject({ accepted: ['bob@example.com'], suppressed: ['gone@icloud.com'] })
    expect(await rejection(transporter.sendMail(mail('gone@icloud.com', { envelope })))).toMatchObject({
      code: 'ESUPPRESSED',
    })
    const other = { ...envelope, to: 'bob@example.com' }
    await transporter.sendMail(mail(['gone@icloud.com', 'bob@example.com'], { envelope: other }))
    expect(posted()).toEqual(['to bob@example.com, cc -, bcc -', 'to bob@example.com, cc -, bcc -'])
  })

  it('is taken at its word about whom it accepted, rejected and left pending', async () => {
    const api = {
      name: 'SomeApi',
      version: '1.0.0',
      send(message: MailMessage, callback: (error: Error | null, info?: object) => void) {
        const [address = ''] = message.message.getEnvelope().to
        callback(null, { [address.startsWith('anna') ? 'pending' : 'rejected']: [{ address }] })
      },
    }
    const transporter = nodemailer.createTransport(icloudTransport(api, { resolveMx: false }))
    const info = await transporter.sendMail(mail(['anna@icloud.com', 'bert@icloud.com']))
    expect(info).toMatchObject({
      accepted: [],
      pending: ['anna@icloud.com'],
      rejected: ['bert@icloud.com'],
      rejectedErrors: [{ recipient: 'bert@icloud.com', action: null, permanent: false }],
    })
  })
})
