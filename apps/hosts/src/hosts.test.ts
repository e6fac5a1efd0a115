import { registerHooks } from 'node:module'
import { startSimulator, type Simulator } from '@icloud-delivery/mx-simulator'
import { hasRedisServer, RedisServer } from '@icloud-delivery/redis-for-tests'
import { MailerService } from '@nestjs-modules/mailer'
import { NestFactory } from '@nestjs/core'
import { Queue, QueueEvents } from 'bullmq'
import nodemailer, { type Transporter } from 'nodemailer'
import { withIcloud, type IcloudOptions } from 'nodemailer-icloud'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { emailProvider } from './authjs.ts'
import { mailWorker } from './bullmq-worker.ts'
import { appModule } from './nestjs.ts'

let apple: Simulator
let smtp: { host: string; port: number }
let options: IcloudOptions

beforeAll(async () => {
  apple = await startSimulator({ starttls: false })
  smtp = { host: '127.0.0.1', port: apple.port }
  options = { testing: { appleMx: [`127.0.0.1:${apple.port}`] }, resolveMx: false, retry: { budgetMs: 0 } }
})

afterAll(() => apple.close())

describe('NestJS', () => {
  it('sends through the wrapper, and hears its errors', async () => {
    const app = await NestFactory.createApplicationContext(appModule(smtp, options), { logger: false })
    onTestFinished(() => app.close())
    const mailer = app.get(MailerService)
    const info = (await mailer.sendMail({ to: 'nest@icloud.com', subject: 'Hello', text: 'Hi' })) as object
    expect(info).toMatchObject({ accepted: ['nest@icloud.com'], suppressed: [] })
    await expect(mailer.sendMail({ to: 'invalid-recipient@icloud.com', text: 'Hi' })).rejects.toMatchObject({
      code: 'ESUPPRESSED',
      rule: 'invalid-recipient',
    })
  })
})

describe('Payload', () => {
  it('sends through the wrapper, after it has verified it', async () => {
    // The adapter takes one class of errors from Payload, which is 110 MB and left out here.
    const source = 'data:text/javascript,export class InvalidConfiguration extends Error {}'
    const hooks = registerHooks({
      resolve: (specifier, context, next) =>
        specifier === 'payload' ? { url: source, shortCircuit: true } : next(specifier, context),
    })
    onTestFinished(() => hooks.deregister())
    const { emailAdapter } = await import('./payload.ts')
    const adapter = (await emailAdapter(smtp, options)) as () => {
      sendEmail: (mail: object) => Promise<unknown>
    }
    const { sendEmail } = adapter()
    expect(await sendEmail({ to: 'payload@icloud.com', subject: 'Hello', text: 'Hi' })).toMatchObject({
      accepted: ['payload@icloud.com'],
      suppressed: [],
    })
    await expect(sendEmail({ to: 'mailbox-full@icloud.com', text: 'Hi' })).rejects.toMatchObject({
      code: 'ERETRYEXHAUSTED',
    })
  })
})

describe('Auth.js', () => {
  it('sends links through the wrapper, again and again, and says whom it could not reach', async () => {
    const warnings: Error[] = []
    const onWarning = (warning: Error): number => warnings.push(warning)
    process.on('warning', onWarning)
    onTestFinished(() => void process.off('warning', onWarning))
    const { options: provider, sendVerificationRequest } = emailProvider(smtp, options) as unknown as {
      options: object
      sendVerificationRequest: (request: object) => Promise<void>
    }
    const send = (identifier: string): Promise<void> =>
      sendVerificationRequest({ identifier, url: 'https://example.com/in?token=1', provider, theme: {} })
    for (let index = 0; index < 15; index++) await send(`auth${index}@icloud.com`)
    expect(apple.messages.filter(({ envelope }) => envelope.to[0]?.startsWith('auth'))).toHaveLength(15)
    await expect(send('inactive-account@icloud.com')).rejects.toMatchObject({ code: 'ESOFTBOUNCE' })
    expect(warnings).toEqual([])
  })
})

const canRun = hasRedisServer()

describe.skipIf(!canRun)('a BullMQ worker of one’s own', () => {
  it('puts off what has to wait, gives up what is given up, and tries the rest again', async () => {
    const redis = await RedisServer.start()
    onTestFinished(() => redis.stop())
    const { hostname: host, port } = new URL(redis.url)
    const connection = { host, port: Number(port), maxRetriesPerRequest: null }
    const inner = nodemailer.createTransport(smtp) as Transporter
    const transporter = withIcloud(inner, options)
    const queue = new Queue('mail', { connection })
    const events = new QueueEvents('mail', { connection })
    await events.waitUntilReady()
    const worker = mailWorker(transporter, connection)
    onTestFinished(async () => {
      await worker.close()
      await events.close()
      await queue.close()
    })
    const add = (to: string) =>
      queue.add('mail', { from: 'shop@example.com', to, subject: 'Hello', text: 'Hi' }, { attempts: 5 })

    const sent = await add('bull@icloud.com')
    expect(await sent.waitUntilFinished(events)).toMatchObject({ accepted: ['bull@icloud.com'] })

    const gone = await add('invalid-recipient@icloud.com')
    await expect(gone.waitUntilFinished(events)).rejects.toThrow('invalid-recipient@icloud.com')
    expect((await queue.getJob(gone.id ?? ''))?.attemptsMade).toBe(1)

    const full = await add('mailbox-full@icloud.com')
    await expect.poll(() => queue.getDelayedCount(), { timeout: 50_000 }).toBe(1)
    const delayed = await queue.getJob(full.id ?? '')
    expect(delayed?.attemptsMade).toBe(0)
    const dueIn = (delayed?.delay ?? 0) + (delayed?.timestamp ?? 0) - Date.now()
    expect(dueIn).toBeGreaterThan(60_000)
  })
})
