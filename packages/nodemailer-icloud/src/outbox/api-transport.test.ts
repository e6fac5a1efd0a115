import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, dirname } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import nodemailer, { type MailMessage, type Transporter } from 'nodemailer'
import { describe, expect, it, onTestFinished } from 'vitest'
import { icloudTransport, type IcloudTransport } from '../icloud-transport.ts'
import type { InnerTransport } from '../nodemailer-shapes.ts'
import { mail, rejection } from '../stage.test.fixture.ts'
import { next, outboxStage, type OutboxStage } from './outbox-stage.test.fixture.ts'
import { sqliteOutbox } from './sqlite/sqlite-outbox.ts'
import { startOutboxWorker } from './worker/start-outbox-worker.ts'

const require = createRequire(import.meta.url)
// Those before 10 have no types of their own.
const versions: [string, typeof nodemailer][] = ['7', '8', '9'].map((version) => [
  version,
  require(`nodemailer-${version}`) as typeof nodemailer,
])
versions.push(['10', nodemailer])

/** A transport that sends what `normalize` gives, after it looked at what it was given. */
function api(): { inner: InnerTransport; raw: Record<string, unknown>[]; sent: Record<string, unknown>[] } {
  const raw: Record<string, unknown>[] = []
  const sent: Record<string, unknown>[] = []
  const inner: InnerTransport = {
    name: 'SomeApi',
    version: '1.0.0',
    send(message: MailMessage, callback: (error: Error | null, info?: object) => void) {
      const { attachments, html, to } = message.data
      raw.push({ attachments: attachments?.map((each) => ({ ...each })), html, to })
      const post = async (): Promise<object> => {
        const [mime, data] = await Promise.all([
          buffer(message.message.createReadStream()),
          promisify(message.normalize.bind(message))(),
        ])
        sent.push({ ...data, mime: mime.toString() })
        return { messageId: data?.messageId }
      }
      void post().then((info) => setImmediate(callback, null, info), callback)
    },
  }
  return { inner, raw, sent }
}

function transportOf(stage: OutboxStage, inner: InnerTransport, more: object = {}): IcloudTransport {
  const transport = icloudTransport(inner, { ...stage.options, outbox: sqliteOutbox(stage.file), ...more })
  onTestFinished(async () => {
    await transport.worker?.close()
    transport.close()
  })
  return transport
}

describe('a transport that reads the data of a mail', () => {
  it.each(versions)('gets from the outbox what Nodemailer %s itself would give it', async (_, version) => {
    const stage = await outboxStage()
    const file = join(dirname(stage.file), 'price list.txt')
    writeFileSync(file, 'All for free')
    const message = (html: unknown) =>
      mail(['Anna <anna@icloud.com>', 'bert@icloud.com'], {
        cc: [{ name: 'Cleo', address: 'cleo@icloud.com' }],
        replyTo: 'help@example.com',
        html,
        date: new Date(1_700_000_000_000),
        messageId: '<1@example.com>',
        headers: { 'X-Kind': 'receipt', references: '<0@example.com>' },
        list: { unsubscribe: 'https://example.com/u' },
        attachments: [
          { path: file },
          { filename: 'b.bin', content: Buffer.from([0, 255]) },
          { content: 'plain' },
        ],
        alternatives: [{ contentType: 'text/x-web-markdown', content: '**Hello**' }],
        icalEvent: { method: 'REQUEST', content: 'BEGIN:VCALENDAR' },
        tags: ['a', 'b'],
        template: { id: 5, since: new Date(5) },
      })
    const bare = api()
    const wrapped = api()
    const create = (transport: unknown): Transporter => version.createTransport(transport as never)
    await create(bare.inner).sendMail({
      ...message('<p>Hello</p>'),
      to: ['Anna <anna@icloud.com>'],
      cc: [],
    } as never)
    const transport = transportOf(stage, wrapped.inner, { outboxWorker: false })
    await create(transport).sendMail(message(Readable.from(['<p>Hello</p>'])) as never)
    writeFileSync(file, 'Not any more')
    const worker = await startOutboxWorker(wrapped.inner, {
      ...stage.options,
      outbox: sqliteOutbox(stage.file),
    })
    await worker.flush()
    await worker.close()
    const toAnna = wrapped.sent.findIndex(({ to }) => JSON.stringify(to).includes('anna'))
    expect(wrapped.sent.map(({ to, cc }) => JSON.stringify([to, cc])).toSorted()).toEqual([
      '[[{"address":"anna@icloud.com","name":"Anna"}],null]',
      '[[{"address":"bert@icloud.com","name":""}],null]',
      '[[{"name":"Cleo","address":"cleo@icloud.com"}],null]',
    ])
    const { mime, ...sent } = wrapped.sent[toAnna]!
    const { mime: bareMime, ...bareSent } = bare.sent[0]!
    expect(sent).toEqual({ ...bareSent, cc: null })
    expect(mime).toContain(Buffer.from('All for free').toString('base64'))
    expect(bareMime).toContain('Hello')
    const attached = wrapped.raw[toAnna]!['attachments'] as { filename: string; content: unknown }[]
    expect(attached.map(({ content }) => String(content))).toEqual(['All for free', '\0\uFFFD', 'plain'])
    expect(attached[0]!.filename).toBe('price list.txt')
    expect(String(wrapped.raw[toAnna]!['html'])).toBe('<p>Hello</p>')
  })

  it('never meets what cannot be stored: the mail is rejected, and it says what it is', async () => {
    const stage = await outboxStage()
    const { inner, sent } = api()
    const transporter = nodemailer.createTransport(transportOf(stage, inner) as never)
    const error = await rejection(transporter.sendMail(mail('anna@icloud.com', { render: () => 'x' })))
    expect(error).toMatchObject({ code: 'ECONFIG', pending: [] })
    expect(error.message).toContain('the mail.render with an outbox')
    expect(sent).toEqual([])
  })

  it('leaves what was stored for SMTP to others', async () => {
    const stage = await outboxStage()
    await stage.start({ outboxWorker: false }).transporter.sendMail(mail('anna@icloud.com'))
    const { inner, sent } = api()
    const { worker } = transportOf(stage, inner)
    const warning = next(worker!, 'warning')
    await worker!.flush()
    expect(await warning).toContain('SomeApi needs more of a mail')
    expect(sent).toEqual([])
    // Otherwise it may look at it once more, just when the other one asks for it.
    await worker!.close()
    stage.pass(20_000)
    await stage.start().worker.flush()
    expect(stage.simulator.messages).toHaveLength(1)
  })
})
