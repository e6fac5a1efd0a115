import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine } from '@icloud-delivery/engine'
import nodemailer from 'nodemailer'
import SMTPTransport from 'nodemailer/lib/smtp-transport'
import { describe, expect, it, onTestFinished } from 'vitest'
import { icloudTransport } from './icloud-transport.ts'
import type { InnerTransport } from './nodemailer-shapes.ts'
import { forSimulator, mail, manualTime, rejection, simulator } from './stage.test.fixture.ts'

function fake(send: InnerTransport['send'], more: object = {}): InnerTransport {
  return { name: 'Fake', version: '1.0.0', send, ...more }
}

describe('icloudTransport', () => {
  it('is a plugin of Nodemailer', async () => {
    const apple = await simulator()
    const inner = new SMTPTransport({ host: '127.0.0.1', port: apple.port })
    const transporter = nodemailer.createTransport(icloudTransport(inner, forSimulator(apple)))
    const info = await transporter.sendMail(mail('anna@icloud.com'))
    expect(info.accepted).toEqual(['anna@icloud.com'])
    expect(info.suppressed).toEqual([])
    expect(await transporter.verify()).toBe(true)
    expect(Object.keys(transporter.transporter)).toContain('name')
  })

  it('hands on what Nodemailer sets and asks', async () => {
    const inner = fake((_, callback) => callback(null, {}), {
      verify: () => Promise.resolve('verified'),
      isIdle: () => 'idle',
      close: (options: unknown) => ({ closed: options }),
    })
    const transport = icloudTransport(inner, { resolveMx: false })
    const transporter = nodemailer.createTransport(transport)
    expect(inner.mailer).toBe(transporter)
    const getSocket = (_: unknown, callback: (error: null, socket: false) => void) => callback(null, false)
    transporter.getSocket = getSocket
    await transporter.sendMail(mail('bob@example.com'))
    expect(inner.getSocket).toBe(getSocket)
    expect(await transporter.verify()).toBe('verified')
    expect(transporter.isIdle()).toBe('idle')
    expect(transporter.close({ force: true })).toEqual({ closed: { force: true } })
  })

  it('passes idle and log events on, and turns an error event into a log event', () => {
    const inner = Object.assign(
      new EventEmitter(),
      fake(() => {}),
    )
    const transport = icloudTransport(inner, { resolveMx: false })
    const seen: unknown[] = []
    transport.on('idle', () => seen.push('idle'))
    transport.on('log', (entry) => seen.push(entry))
    inner.emit('idle')
    inner.emit('error', new Error('No token'))
    expect(seen).toEqual(['idle', { type: 'error', message: 'No token' }])
  })

  it('bears many transporters around it', () => {
    const warnings: Error[] = []
    const onWarning = (warning: Error) => warnings.push(warning)
    process.on('warning', onWarning)
    onTestFinished(() => void process.off('warning', onWarning))
    const transport = icloudTransport(
      fake(() => {}),
      { resolveMx: false },
    )
    for (let i = 0; i < 30; i++) nodemailer.createTransport(transport)
    expect(transport.listenerCount('idle')).toBe(30)
    expect(warnings).toEqual([])
  })

  it.each(['anna@icloud.com', 'bob@example.com'])(
    'survives an inner transport that throws (%s)',
    async (to) => {
      const broken = fake(() => {
        throw new TypeError('Broken')
      })
      const transporter = nodemailer.createTransport(icloudTransport(broken, { resolveMx: false }))
      const error = await rejection(transporter.sendMail(mail(to)))
      expect(error).toBeInstanceOf(TypeError)
      expect(error.message).toBe('Broken')
    },
  )

  it('survives an inner transport that calls back twice, or with what is no Error', async () => {
    const twice = fake((_, callback) => {
      callback('out of luck')
      callback(null, {})
    })
    const transporter = nodemailer.createTransport(icloudTransport(twice, { resolveMx: false }))
    const error = await rejection(transporter.sendMail(mail('anna@icloud.com')))
    expect(error.message).toBe('The inner transport failed: out of luck')
  })

  it('reports what an engine or an option function throws, and sends nothing', async () => {
    let sent = 0
    const inner = fake((_, callback) => {
      sent++
      callback(null, {})
    })
    const engine = createEngine({ ledger: 'memory:' })
    engine.admit = () => Promise.reject(new Error('Out of order'))
    const failing = nodemailer.createTransport(icloudTransport(inner, { engine, resolveMx: false }))
    expect((await rejection(failing.sendMail(mail('bob@example.com')))).message).toBe('Out of order')
    const stream = () => {
      throw new Error('No stream')
    }
    const confused = nodemailer.createTransport(icloudTransport(inner, { stream, resolveMx: false }))
    expect((await rejection(confused.sendMail(mail('bob@example.com')))).message).toBe('No stream')
    expect(sent).toBe(0)
  })

  it('takes mail for sent that was sent, though the engine could not record it', async () => {
    const engine = createEngine({ ledger: 'memory:' })
    engine.record = () => Promise.reject(new Error('Disk full'))
    const transport = icloudTransport(
      fake((_, callback) => callback(null, {})),
      { engine, resolveMx: false, hop: 'direct' },
    )
    const logged: unknown[] = []
    transport.on('log', (entry) => logged.push(entry))
    const info = await nodemailer.createTransport(transport).sendMail(mail('anna@icloud.com'))
    expect(info.accepted).toEqual(['anna@icloud.com'])
    expect(logged).toEqual([
      { type: 'icloud', message: 'The outcome for anna@icloud.com could not be recorded: Error: Disk full' },
    ])
  })

  it('remembers in a file across transports, and closes it with the last mail', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'nodemailer-icloud-'))
    onTestFinished(() => rmSync(directory, { recursive: true, maxRetries: 10 }))
    const apple = await simulator()
    const ledger = `file:${join(directory, 'icloud.db')}`
    const wrap = () =>
      nodemailer.createTransport(
        icloudTransport(new SMTPTransport({ host: '127.0.0.1', port: apple.port }), {
          ...forSimulator(apple),
          ledger,
        }),
      )
    const first = wrap()
    const sending = rejection(first.sendMail(mail('invalid-recipient@icloud.com')))
    first.close()
    expect(await sending).toMatchObject({ code: 'ESUPPRESSED', action: { type: 'suppress', durable: true } })

    const second = wrap()
    onTestFinished(() => second.close())
    expect(await rejection(second.sendMail(mail('invalid-recipient@icloud.com')))).toMatchObject({
      action: null,
    })
    expect(apple.sessions.count).toBe(1)
  })

  it('refuses what is no transport', () => {
    const config = expect.objectContaining({ code: 'ECONFIG' }) as Error
    expect(() => icloudTransport({} as InnerTransport)).toThrow(config)
    expect(() => icloudTransport(null as unknown as InnerTransport)).toThrow(config)
  })
})

describe('a signal', () => {
  it('ends the wait for the next try', async () => {
    const apple = await simulator({ script: { anna: [{ rule: 'rate-limited' }] } })
    const { clock } = manualTime()
    const cleared: unknown[] = []
    const controller = new AbortController()
    const timers = {
      setTimeout: () => {
        queueMicrotask(() => controller.abort(new Error('Too late')))
        return 'the timer'
      },
      clearTimeout: (handle: unknown) => void cleared.push(handle),
    }
    const transport = icloudTransport(new SMTPTransport({ host: '127.0.0.1', port: apple.port }), {
      ...forSimulator(apple),
      clock,
      timers,
      retry: { budgetMs: 86_400_000 },
    })
    const transporter = nodemailer.createTransport(transport)
    const error = await rejection(
      transporter.sendMail(mail('anna@icloud.com', { signal: controller.signal })),
    )
    expect(error).toMatchObject({
      name: 'AbortError',
      code: 'EABORT',
      cause: new Error('Too late'),
      rejected: ['anna@icloud.com'],
    })
    expect(cleared).toEqual(['the timer'])
    expect(apple.sessions.count).toBe(1)
  })

  it('keeps a mail back that is still being looked up', async () => {
    const controller = new AbortController()
    const transport = icloudTransport(
      fake(() => expect.unreachable()),
      {
        resolveMx: async () => {
          controller.abort()
          return []
        },
      },
    )
    const transporter = nodemailer.createTransport(transport)
    const error = await rejection(
      transporter.sendMail(mail('bob@example.com', { signal: controller.signal })),
    )
    expect(error).toMatchObject({ name: 'AbortError', code: 'EABORT' })
  })
})
