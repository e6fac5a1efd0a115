import type { EventEmitter } from 'node:events'
import { createEngine } from '@icloud-delivery/engine'
import nodemailer, { type Transporter } from 'nodemailer'
import type { Verdict } from '@icloud-delivery/rules'
import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest'
import { IcloudTransport } from './icloud-transport.ts'
import type { InnerTransport } from './nodemailer-shapes.ts'
import { mail, rejection, simulator } from './stage.test.fixture.ts'
import { withIcloud } from './with-icloud.ts'

/** A transporter around a transport that only records how it was called. */
function recording(answer: (callback: (error: Error | null, info?: object) => void) => void) {
  const calls: { mail: unknown; to: string[] }[] = []
  const inner: InnerTransport = {
    name: 'Recording',
    version: '1.0.0',
    send(sent: { message: { getEnvelope(): { to: string[] } } }, callback) {
      calls.push({ mail: sent, to: sent.message.getEnvelope().to })
      answer(callback)
    },
  }
  const transporter = nodemailer.createTransport(inner) as Transporter
  let handed: unknown
  transporter.use('stream', (message, callback) => {
    handed = message
    callback()
  })
  return { inner, calls, transporter, handed: () => handed }
}

describe('withIcloud', () => {
  it('returns the same transporter, with itself inside', () => {
    const transporter = nodemailer.createTransport({ jsonTransport: true })
    const inner = transporter.transporter
    const wrapped = withIcloud(transporter)
    expect(wrapped).toBe(transporter)
    expect(wrapped.transporter).toBeInstanceOf(IcloudTransport)
    expect(wrapped.transporter.inner).toBe(inner)
    expect(wrapped.transporter.options).toBe((inner as InnerTransport).options)
  })

  it('keeps defaults, dkim, plugins and listeners', async () => {
    const server = await simulator()
    const transporter = nodemailer.createTransport(
      { host: '127.0.0.1', port: server.port, pool: true },
      { from: 'default@example.com' },
    )
    const idle = new Promise((resolve) => transporter.once('idle', resolve))
    transporter.use('compile', (message, callback) => {
      message.data.headers = { 'x-plugin': 'was here' }
      callback()
    })
    const wrapped = withIcloud(transporter, { resolveMx: false })
    onTestFinished(() => wrapped.close())
    await wrapped.sendMail({ to: 'anna@icloud.com', text: 'Hello' })
    await idle
    expect(server.messages[0]?.envelope.from).toBe('default@example.com')
    expect(server.messages[0]?.raw.toString()).toContain('X-Plugin: was here')
  })

  it('writes into the log of the transporter what no error can carry', async () => {
    const lines: string[] = []
    const levels = ['level', 'trace', 'debug', 'info', 'warn', 'error', 'fatal']
    const note = (_: unknown, ...words: unknown[]): void => void lines.push(words.join(' '))
    const logger = Object.fromEntries(levels.map((level) => [level, note])) as never
    const wrapped = withIcloud(nodemailer.createTransport({ jsonTransport: true, logger } as object), {
      resolveMx: false,
      onUndelivered: () => {
        throw new Error('No SMS either')
      },
    })
    await wrapped.transporter.engine.suppress({ recipient: 'gone@icloud.com', origin: 'operator' })
    await rejection(wrapped.sendMail(mail('gone@icloud.com')))
    expect(lines.filter((line) => line.includes('No SMS either'))).toHaveLength(1)
  })

  it('leaves no error that ends the process because nobody listens', async () => {
    const transporter = nodemailer.createTransport({ host: 'smtp.example.com' })
    const inner = transporter.transporter as unknown as EventEmitter
    const wrapped = withIcloud(transporter)
    expect(() => inner.emit('error', new Error('No token'))).not.toThrow()
    const heard: unknown[] = []
    wrapped.on('error', (error) => heard.push(error))
    inner.emit('error', new Error('No token'))
    expect(heard).toEqual([new Error('No token')])
  })

  it('hands mail for others to the inner transport as it is', async () => {
    const { transporter, calls, handed } = recording((callback) => callback(null, { response: '250 ok' }))
    const wrapped = withIcloud(transporter, { resolveMx: false })
    const info = await wrapped.sendMail(mail(['bob@example.com', 'carl@example.org']))
    expect(calls).toHaveLength(1)
    expect(calls[0]?.mail).toBe(handed())
    expect(info).toEqual({
      response: '250 ok',
      accepted: ['bob@example.com', 'carl@example.org'],
      rejected: [],
      pending: [],
      suppressed: [],
      rejectedErrors: [],
    })
  })

  it('hands errors about that mail to the caller as they are', async () => {
    const refused = Object.assign(new Error('Refused'), { code: 'EENVELOPE', responseCode: 550 })
    const { transporter } = recording((callback) => callback(refused))
    const error = await rejection(
      withIcloud(transporter, { resolveMx: false }).sendMail(mail('bob@example.com')),
    )
    expect(error).toBe(refused)
    expect(Object.keys(error)).toEqual(['code', 'responseCode'])
  })

  it('knows custom domains by their MX, and asks for each once', async () => {
    const asked: string[] = []
    const { transporter, calls, handed } = recording((callback) => callback(null, {}))
    const wrapped = withIcloud(transporter, {
      resolveMx: async (domain) => {
        asked.push(domain)
        return [{ exchange: domain === 'custom.example' ? 'mx01.mail.icloud.com.' : 'mx.example.net' }]
      },
    })
    await wrapped.sendMail(mail(['anna@custom.example', 'bert@custom.example', 'bob@example.com']))
    await wrapped.sendMail(mail('bob@example.com'))
    expect(asked).toEqual(['custom.example', 'example.com'])
    expect(calls.map(({ to }) => to)).toEqual([
      ['bob@example.com'],
      ['anna@custom.example'],
      ['bert@custom.example'],
      ['bob@example.com'],
    ])
    expect(calls[3]?.mail).toBe(handed())
  })

  it('takes a failed look-up for "not Apple", and lifts no suppression for it', async () => {
    const engine = createEngine({ ledger: 'memory:' })
    await engine.suppress({ recipient: 'anna@custom.example', origin: 'complaint', streams: ['*'] })
    const { transporter, calls } = recording((callback) => callback(null, {}))
    const wrapped = withIcloud(transporter, {
      engine,
      resolveMx: () => Promise.reject(new Error('SERVFAIL')),
    })
    expect(await rejection(wrapped.sendMail(mail('anna@custom.example')))).toMatchObject({
      code: 'ESUPPRESSED',
    })
    await wrapped.sendMail(mail('bert@custom.example'))
    expect(calls.map(({ to }) => to)).toEqual([['bert@custom.example']])
  })

  it('takes callbacks as well', async () => {
    const { transporter } = recording((callback) => callback(null, { accepted: [] }))
    const wrapped = withIcloud(transporter, { resolveMx: false })
    const outcome = await new Promise((resolve) => {
      wrapped.sendMail(mail('anna@icloud.com'), (error, info) => resolve({ error, info }))
    })
    expect(outcome).toMatchObject({ error: null, info: { accepted: ['anna@icloud.com'], pending: [] } })
  })

  it('has types that tell more than those of the transporter', () => {
    const wrapped = withIcloud(nodemailer.createTransport({ host: '127.0.0.1' }))
    type Info = Awaited<ReturnType<typeof send>>
    const send = () => wrapped.sendMail({ to: 'anna@icloud.com' })
    expectTypeOf<Info['suppressed']>().toEqualTypeOf<string[]>()
    expectTypeOf<Info['pending']>().toEqualTypeOf<string[]>()
    expectTypeOf<Info['rejectedErrors'][number]['verdict']>().toEqualTypeOf<Verdict | null>()
    expectTypeOf<Info['messageTime']>().toEqualTypeOf<number>()
    expectTypeOf(wrapped).toExtend<Transporter>()
    expectTypeOf(wrapped.transporter).toExtend<IcloudTransport>()
    expect(wrapped.sendMail).toBeTypeOf('function')
  })

  it('refuses what it cannot wrap', () => {
    const wrapped = withIcloud(nodemailer.createTransport({ jsonTransport: true }))
    const config = expect.objectContaining({ code: 'ECONFIG' }) as Error
    expect(() => withIcloud(wrapped)).toThrow(config)
    expect(() => withIcloud({} as Transporter)).toThrow(config)
    const options = { engine: createEngine({ ledger: 'memory:' }), ledger: 'memory:' }
    expect(() => withIcloud(nodemailer.createTransport({ jsonTransport: true }), options)).toThrow(config)
    for (const wrong of [
      { hop: 'both' as 'relay' },
      { retry: { budgetMs: -1 } },
      { retry: { maxAttempts: 0 } },
    ]) {
      expect(() => withIcloud(nodemailer.createTransport({ jsonTransport: true }), wrong)).toThrow(config)
    }
  })
})
