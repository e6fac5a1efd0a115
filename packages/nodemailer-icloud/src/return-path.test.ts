import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyReturnPath, matchReturnPath } from '@icloud-delivery/engine'
import nodemailer, { type Transporter } from 'nodemailer'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { IcloudOptions } from './options.ts'
import { sqliteOutbox } from './outbox/sqlite/sqlite-outbox.ts'
import { startOutboxWorker } from './outbox/worker/start-outbox-worker.ts'
import { directStage, forSimulator, mail, rejection, simulator } from './stage.test.fixture.ts'
import { withIcloud } from './with-icloud.ts'

const keys = [{ id: 'k1', secret: 'at least 32 bytes that nobody can guess' }]
const returnPath = { domain: 'mail.example.com', keys }

/** What a return path says, and of whom; `null` for one that is not ours. */
function readOf(sender: string, recipient: string, messageId: string, options = returnPath): object | null {
  const path = verifyReturnPath(sender, { ...options, clock: () => Date.now() })
  if (!path.valid) return null
  return matchReturnPath(path, { recipients: ['other@icloud.com', recipient], messageIds: [messageId] }, keys)
}

async function relayStage(options: Partial<IcloudOptions> = {}) {
  const relay = await simulator()
  const inner = nodemailer.createTransport({ host: '127.0.0.1', port: relay.port }) as Transporter
  const transporter = withIcloud(inner, { resolveMx: false, returnPath, ...options })
  onTestFinished(() => transporter.close())
  return { relay, transporter }
}

describe('signed return paths', () => {
  it('are given to each recipient at Apple, and bind him and the message', async () => {
    const { relay, transporter } = await relayStage()
    const info = await transporter.sendMail(mail(['anna@icloud.com', 'bert@me.com', 'team@example.org']))
    expect(info).toMatchObject({ envelope: { from: 'news@example.com' } })
    const senders = new Map(
      relay.messages.map(({ envelope, recipients }) => [recipients[0] ?? '', envelope.from]),
    )
    expect(senders.get('team@example.org')).toBe('news@example.com')
    for (const recipient of ['anna@icloud.com', 'bert@me.com'])
      expect(readOf(senders.get(recipient) ?? '', recipient, info.messageId)).toEqual({
        recipient,
        messageId: info.messageId,
      })
    const ids = new Set(relay.messages.map(({ raw }) => /^Message-ID: (.*)$/im.exec(raw.toString())?.[1]))
    expect([...ids]).toEqual([info.messageId])
  })

  it('are left away where the sender is null, or nobody is at Apple', async () => {
    const { relay, transporter } = await relayStage()
    await transporter.sendMail(mail('anna@icloud.com', { envelope: { from: '', to: 'anna@icloud.com' } }))
    await transporter.sendMail(mail('team@example.org'))
    expect(relay.messages.map(({ envelope }) => envelope.from)).toEqual(['', 'news@example.com'])
  })

  it('are those of the same message at each try, and sender faults count under their domain', async () => {
    const noSender = '450 4.1.8 <bounce@mail.example.com>: Sender address rejected: Domain not found'
    const {
      simulator: apple,
      transporter,
      engine,
    } = await directStage(
      { anna: [{ rule: 'rate-limited' }, { accept: true }], bert: [{ reply: noSender }] },
      { returnPath, retry: { budgetMs: 3_600_000 } },
    )
    const senders: string[] = []
    apple.on('reply', ({ sender }) => senders.push(sender ?? ''))
    const info = await transporter.sendMail(mail('anna@icloud.com'))
    expect(info.accepted).toEqual(['anna@icloud.com'])
    const tries = senders
      .filter((sender) => sender !== '')
      .map((sender) => verifyReturnPath(sender, { ...returnPath, clock: () => 0 }))
    expect(new Set(tries.map((path) => path.valid && path.id)).size).toBe(1)
    expect(await rejection(transporter.sendMail(mail('bert@icloud.com')))).toMatchObject({
      verdict: { fault: 'sender-dns' },
    })
    const { domains } = await engine.rates({ window: 'hour' })
    expect(domains.map(({ domain }) => domain)).toEqual(['mail.example.com'])
  })

  it('are signed by the worker that sends from an outbox', async () => {
    const relay = await simulator()
    const directory = mkdtempSync(join(tmpdir(), 'icloud-return-path-'))
    onTestFinished(() => rmSync(directory, { recursive: true, maxRetries: 10 }))
    const file = join(directory, 'outbox.db')
    const plain = (): Transporter => nodemailer.createTransport({ host: '127.0.0.1', port: relay.port })
    const app = withIcloud(plain(), { resolveMx: false, outbox: sqliteOutbox(file), outboxWorker: false })
    onTestFinished(() => app.close())
    const { messageId } = await app.sendMail(mail(['anna@icloud.com', 'bert@icloud.com']))
    const prefixed = { ...returnPath, prefix: 'b-' }
    const worker = await startOutboxWorker(plain(), {
      resolveMx: false,
      returnPath: prefixed,
      outbox: sqliteOutbox(file),
    })
    await worker.flush()
    await worker.close()
    expect(relay.messages).toHaveLength(2)
    for (const { envelope, recipients, raw } of relay.messages) {
      const sender = envelope.from
      const [recipient = ''] = recipients
      expect(sender).toMatch(/^b-/)
      expect(readOf(sender, recipient, messageId, prefixed)).toEqual({ recipient, messageId })
      expect(raw.toString()).toContain(messageId)
    }
  })

  it('are refused where they cannot work, and then it says why', async () => {
    const complaint = (
      options: IcloudOptions,
      transport: object = { host: '127.0.0.1', port: 9 },
    ): string => {
      try {
        withIcloud(nodemailer.createTransport(transport), options)
      } catch (error) {
        expect(error).toMatchObject({ code: 'ECONFIG' })
        return (error as Error).message
      }
      return 'accepted'
    }
    const apple = await simulator()
    expect(complaint({ returnPath, ...forSimulator(apple) })).toBe('accepted')
    expect(complaint({ returnPath, onePerTransaction: false })).toContain('without onePerTransaction')
    const SES = { sesClient: {}, SendEmailCommand: Object }
    expect(complaint({ returnPath }, { SES })).toContain('choose the return path themselves')
    expect(complaint({ returnPath: { ...returnPath, domain: 'no domain' } })).toContain('domain must be')
    const short = [{ id: 'k1', secret: 'guess me' }]
    const message = complaint({ returnPath: { ...returnPath, keys: short } })
    expect(message).toMatch(/returnPath\.keys\[0\]\.secret .*at least 32 bytes, found 8 bytes.*openssl/)
    expect(message).not.toContain('guess me')
  })
})
