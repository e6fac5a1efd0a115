import { execFile } from 'node:child_process'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { directStage, mail, rejection } from './stage.test.fixture.ts'

describe('a mail', () => {
  it('without recipients fails as it does bare', async () => {
    const { transporter, simulator } = await directStage()
    const error = await rejection(transporter.sendMail({ from: 'news@example.com', text: 'Hello' }))
    expect(error).toMatchObject({ code: 'EENVELOPE', message: 'No recipients defined' })
    expect(simulator.messages).toEqual([])
  })

  it('with content that cannot be read fails, is not tried again, and harms nobody', async () => {
    const { transporter, simulator, engine } = await directStage()
    const content = new Readable({
      read() {
        this.destroy(new Error('Disk error'))
      },
    })
    const error = await rejection(
      transporter.sendMail(mail(['anna@icloud.com', 'bob@example.com'], { attachments: [{ content }] })),
    )
    expect(error).toMatchObject({ code: 'ESTREAM', rejected: ['anna@icloud.com', 'bob@example.com'] })
    expect(error.message).toContain('Disk error')
    expect(simulator.messages).toEqual([])
    expect(simulator.sessions.count).toBe(2)
    expect((await engine.address('anna@icloud.com')).suppressions).toEqual([])
  })

  it('from nobody, such as a bounce, is sent from nobody', async () => {
    const { transporter, simulator } = await directStage()
    await transporter.sendMail(mail('x@example.com', { envelope: { from: '', to: 'anna@icloud.com' } }))
    expect(simulator.messages[0]?.envelope).toEqual({ from: '', to: ['anna@icloud.com'] })
  })

  it('as raw bytes is sent as it is to each', async () => {
    const { transporter, simulator } = await directStage()
    const raw = 'From: news@example.com\r\nSubject: Raw\r\n\r\nHello\r\n'
    const envelope = { from: 'news@example.com', to: ['anna@icloud.com', 'bert@me.com', 'bob@example.com'] }
    await transporter.sendMail({ envelope, raw: Readable.from([raw]) })
    expect(simulator.messages.map((message) => message.raw.toString())).toEqual([raw, raw, raw])
  })

  it('to a custom domain at Apple is judged as any other to Apple', async () => {
    const resolveMx = async () => [{ exchange: 'mx02.mail.icloud.com' }]
    const { transporter, engine } = await directStage({}, { resolveMx })
    const error = await rejection(transporter.sendMail(mail('invalid-recipient@custom.example')))
    expect(error).toMatchObject({
      code: 'ESUPPRESSED',
      verdict: { provider: 'apple', rule: 'invalid-recipient' },
    })
    expect((await engine.address('invalid-recipient@custom.example')).suppressions).toHaveLength(1)
  })

  it('to another provider is not judged, though it goes through an MX of Apple', async () => {
    const { transporter, engine } = await directStage()
    const error = await rejection(transporter.sendMail(mail('invalid-recipient@example.com')))
    expect(error).toMatchObject({ code: 'EENVELOPE', responseCode: 550 })
    expect(error).not.toHaveProperty('verdict')
    expect((await engine.address('invalid-recipient@example.com')).suppressions).toEqual([])
  })
})

describe('a callback that throws', () => {
  it.each(['anna@icloud.com', 'bob@example.com'])(
    'is called once, and its error is not swallowed (%s)',
    async (to) => {
      const program = `
      import nodemailer from 'nodemailer'
      import { withIcloud } from '${new URL('../dist/index.js', import.meta.url).href}'
      let calls = 0
      process.on('uncaughtException', (error) => console.log(error.message, ++calls))
      process.on('unhandledRejection', () => console.log('unhandled rejection'))
      const inner = { name: 'Sync', version: '1', send: (mail, callback) => callback(null, {}) }
      withIcloud(nodemailer.createTransport(inner), { resolveMx: false })
        .sendMail({ from: 'news@example.com', to: '${to}', text: 'Hello' }, () => { throw new Error('From the callback') })`
      const args = ['--input-type=module', '--eval', program]
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname })
      expect(stdout).toBe('From the callback 1\n')
    },
  )
})
