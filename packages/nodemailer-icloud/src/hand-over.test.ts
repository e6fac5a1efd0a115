import { Readable } from 'node:stream'
import { createEngine } from '@icloud-delivery/engine'
import nodemailer, { type Transporter } from 'nodemailer'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { MailLike } from './nodemailer-shapes.ts'
import { mail, rejection, simulator } from './stage.test.fixture.ts'
import { withIcloud } from './with-icloud.ts'

const quoted =
  '451 <anna@icloud.com>: host mx01.mail.icloud.com[192.0.2.1] said: 450 4.2.2 <anna@icloud.com>: user is overquota'

/** A relay, and what the transport towards it was handed. */
async function relayStage(script: Parameters<typeof simulator>[0] = {}) {
  const relay = await simulator({ hosts: [{ name: 'relay.example.com' }], ...script })
  const transporter = nodemailer.createTransport({ host: '127.0.0.1', port: relay.port })
  const whole: unknown[] = []
  transporter.use('stream', (message, callback) => {
    whole.push(message)
    callback()
  })
  let now = Date.UTC(2026, 0, 5, 9)
  const wrapped = withIcloud(transporter as Transporter, {
    engine: createEngine({ ledger: 'memory:', clock: () => now, random: () => 0 }),
    resolveMx: false,
    clock: () => now,
    timers: {
      setTimeout: (callback, ms) => {
        now += ms
        return setImmediate(callback)
      },
      clearTimeout: (handle) => clearImmediate(handle as NodeJS.Immediate),
    },
    retry: { budgetMs: 9e8 },
  })
  onTestFinished(() => wrapped.close())
  const { inner } = wrapped.transporter
  const send = inner.send.bind(inner)
  const handed: MailLike[] = []
  inner.send = (message: MailLike, callback) => {
    handed.push(message)
    send(message, callback)
  }
  return { relay, wrapped, whole, handed }
}

describe('a mail to one Apple recipient over a relay', () => {
  it('is handed over as it is, and the result is complete', async () => {
    const { wrapped, whole, handed } = await relayStage()
    const info = await wrapped.sendMail(mail('anna@icloud.com'))
    expect(handed).toEqual(whole)
    expect(handed[0]).toBe(whole[0])
    expect(info).toMatchObject({
      accepted: ['anna@icloud.com'],
      rejected: [],
      pending: [],
      suppressed: [],
      rejectedErrors: [],
      envelope: { from: 'news@example.com', to: ['anna@icloud.com'] },
      messageId: expect.stringMatching(/^<.+@example\.com>$/) as string,
      response: expect.stringMatching(/^250 /) as string,
    })
  })

  it('is taken over if the relay refuses with words of Apple, and is tried again', async () => {
    const { relay, wrapped, whole, handed } = await relayStage({
      script: { anna: [{ reply: quoted }, { accept: true }] },
    })
    const info = await wrapped.sendMail(mail('anna@icloud.com'))
    expect(info.accepted).toEqual(['anna@icloud.com'])
    expect(handed.map((message) => message === whole[0])).toEqual([true, false])
    expect(relay.messages.map(({ raw }) => raw.toString().includes(info.messageId))).toEqual([true])
  })

  it('is not handed over itself if it cannot be read again, or came with an envelope', async () => {
    const { wrapped, whole, handed, relay } = await relayStage()
    await wrapped.sendMail(mail('anna@icloud.com', { attachments: [{ content: Readable.from(['Once']) }] }))
    await wrapped.sendMail(
      mail('team@example.org', { envelope: { from: 'bounce@example.com', to: 'anna@icloud.com' } }),
    )
    expect(handed.map((message, index) => message === whole[index])).toEqual([false, false])
    expect(relay.messages).toHaveLength(2)
  })

  it.each([
    ['eod', true],
    ['rcpt', false],
  ] as const)('is known to have left or not, where the connection broke at %s', async (phase, ambiguous) => {
    const { wrapped } = await relayStage({ script: { anna: [{ drop: true, phase }] } })
    expect(await rejection(wrapped.sendMail(mail('anna@icloud.com')))).toMatchObject({
      code: 'ECONNECTION',
      ambiguous,
      action: null,
    })
  })

  it('is kept back if its recipient is suppressed', async () => {
    const { wrapped, handed } = await relayStage()
    await wrapped.transporter.engine.suppress({ recipient: 'anna@icloud.com', origin: 'operator' })
    expect(await rejection(wrapped.sendMail(mail('anna@icloud.com')))).toMatchObject({ code: 'ESUPPRESSED' })
    expect(handed).toEqual([])
  })
})
