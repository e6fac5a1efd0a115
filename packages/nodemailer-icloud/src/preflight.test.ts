import { Readable } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import nodemailer from 'nodemailer'
import SMTPTransport from 'nodemailer/lib/smtp-transport'
import { isPreflightError } from './errors.ts'
import { icloudTransport } from './icloud-transport.ts'
import type { IcloudOptions } from './options.ts'
import { outboxStage } from './outbox/outbox-stage.test.fixture.ts'
import type { PreflightFinding, PreflightOption } from './preflight.ts'
import { directStage, mail, rejection, simulator } from './stage.test.fixture.ts'
import { withIcloud } from './with-icloud.ts'

function finding(more: Partial<PreflightFinding> = {}): PreflightFinding {
  return {
    code: 'link-shortener',
    severity: 'error',
    title: 'A link goes through a shortener',
    evidence: 'bit.example/x',
    fix: 'Link to the target itself.',
    where: 'html part',
    risks: ['policy-cs02'],
    ...more,
  }
}

const refuse = (check: PreflightOption['check']): PreflightOption => ({ check, mode: 'refuse' })

describe('a preflight', () => {
  it('sees the bytes that go out, and the envelope; what it finds is told, and the mail goes', async () => {
    const seen: [string, unknown][] = []
    const { transporter, simulator: apple } = await directStage(
      {},
      {
        preflight: (mime, envelope) => {
          seen.push([Buffer.from(mime).toString(), envelope])
          return [finding()]
        },
        campaign: 'spring',
      },
    )
    const told: unknown[] = []
    transporter.transporter.on('findings', (what) => told.push(what))
    const attachments = [{ filename: 'a.txt', content: Readable.from(['All of it']) }]
    const info = await transporter.sendMail(mail(['anna@icloud.com', 'bert@icloud.com'], { attachments }))
    expect(info).toMatchObject({ accepted: ['anna@icloud.com', 'bert@icloud.com'], findings: [finding()] })
    expect(seen).toHaveLength(1)
    expect(seen[0]![1]).toMatchObject({
      from: 'news@example.com',
      to: ['anna@icloud.com', 'bert@icloud.com'],
    })
    for (const { raw } of apple.messages) expect(raw.toString().trimEnd()).toBe(seen[0]![0].trimEnd())
    expect(told).toEqual([
      { messageId: info.messageId, campaign: 'spring', findings: [finding()], isRefused: false },
    ])
  })

  it('is given the signed return path', async () => {
    let from: unknown
    const keys = [{ id: 'k1', secret: 'at least 32 bytes that nobody can guess' }]
    const { transporter } = await directStage(
      {},
      {
        returnPath: { domain: 'mail.example.com', keys },
        preflight: (_, envelope) => {
          from = envelope.from
          return { findings: [] }
        },
      },
    )
    expect(await transporter.sendMail(mail('anna@icloud.com'))).toMatchObject({ findings: [] })
    expect(from).toMatch(/^bounce\+.*@mail\.example\.com$/)
  })

  it('looks only at mail with recipients at Apple who may get it', async () => {
    let looks = 0
    const { transporter, engine } = await directStage(
      {},
      { hop: 'relay', preflight: refuse(() => [finding({ code: String(++looks) })]) },
    )
    const info = await transporter.sendMail(mail('team@example.org'))
    expect(info.findings).toBeUndefined()
    await engine.suppress({ recipient: 'gone@icloud.com', origin: 'operator' })
    await transporter.sendMail(mail(['gone@icloud.com', 'team@example.org']))
    expect(looks).toBe(0)
  })

  it('refuses the recipients at Apple, and names the first error and its fix', async () => {
    const { transporter, simulator: apple } = await directStage(
      {},
      {
        preflight: refuse(async () => [finding({ severity: 'warning', code: 'mild' }), finding(), finding()]),
      },
    )
    const error = await rejection(transporter.sendMail(mail('anna@icloud.com')))
    expect(error).toMatchObject({
      code: 'EPREFLIGHT',
      permanent: true,
      rule: 'policy-cs02',
      recipient: 'anna@icloud.com',
      rejected: ['anna@icloud.com'],
      message:
        'anna@icloud.com: not sent: A link goes through a shortener (link-shortener, html part: bit.example/x) (and 1 more). ' +
        'Link to the target itself.',
    })
    expect(isPreflightError(error) && error.findings).toHaveLength(3)
    expect(apple.sessions.count).toBe(0)
    const info = await transporter.sendMail(mail(['anna@icloud.com', 'team@example.org']))
    expect(info).toMatchObject({ accepted: ['team@example.org'], rejected: ['anna@icloud.com'] })
    expect(apple.messages.map(({ recipients }) => recipients)).toEqual([['team@example.org']])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('No dictionary')
      },
      'No dictionary',
    ],
    ['rejects', async () => Promise.reject(new Error('No DNS')), 'No DNS'],
    ['hangs', () => new Promise<never>(() => {}), 'no answer within 20 ms'],
    ['gives no list', () => 'fine' as never, 'gave no list'],
  ])('that %s keeps no mail back, and that is told', async (_, check, why) => {
    const { transporter } = await directStage(
      {},
      { preflight: { check, mode: 'refuse', timeoutMs: why.includes('20 ms') ? 20 : 60_000 } },
    )
    const log: string[] = []
    transporter.transporter.on('log', ({ message }) => log.push(message))
    const info = await transporter.sendMail(mail('anna@icloud.com'))
    expect(info).toMatchObject({
      accepted: ['anna@icloud.com'],
      findings: [
        { code: 'preflight-failed', severity: 'unknown', evidence: expect.stringContaining(why) as string },
      ],
    })
    expect(log.join()).toContain(why)
  })

  it('looks at what goes into an outbox, once, before it is stored', async () => {
    let looks = 0
    const { start } = await outboxStage()
    const check = (mime: Uint8Array): PreflightFinding[] => {
      looks++
      return Buffer.from(mime).includes('bad') ? [finding()] : []
    }
    const { transporter, outbox, worker } = start({ preflight: { check, mode: 'refuse' } })
    expect(await transporter.sendMail(mail('anna@icloud.com'))).toMatchObject({
      pending: ['anna@icloud.com'],
      findings: [],
    })
    await worker.flush()
    const error = await rejection(transporter.sendMail(mail('anna@icloud.com', { text: 'bad' })))
    expect(error).toMatchObject({ code: 'EPREFLIGHT', pending: [] })
    expect(looks).toBe(2)
    expect((await outbox.size()).waiting).toBe(0)
  })

  it('does nothing if it is off, and options that cannot be right are refused', async () => {
    const apple = await simulator()
    const made = (preflight: unknown) => {
      const inner = nodemailer.createTransport({ host: '127.0.0.1', port: apple.port })
      const transporter = withIcloud(inner, {
        resolveMx: false,
        preflight: preflight as NonNullable<IcloudOptions['preflight']>,
      })
      onTestFinished(() => transporter.close())
      return transporter
    }
    const never = (): never => {
      throw new Error('It was called')
    }
    const info = await made({ check: never, mode: 'off' }).sendMail(mail('anna@icloud.com'))
    expect(info.findings).toBeUndefined()
    expect(() => made({ check: never, mode: 'maybe' })).toThrow(
      /preflight.mode has to be "off", "warn" or "refuse"/,
    )
    expect(() => made({ check: never, timeout: 5 })).toThrow(/did you mean "timeoutMs"/)
    expect(() => made({ check: never, timeoutMs: 0 })).toThrow(/preflight.timeoutMs/)
    expect(() => made({})).toThrow(/preflight.check/)
    expect(() => made('warn')).toThrow(/preflight has to be/)
  })
})

describe('a test batch', () => {
  it('goes first, the rest is held until Apple has answered; what was found stands beside the replies', async () => {
    const { transporter, simulator: apple } = await directStage(
      {},
      {
        campaign: 'spring',
        stream: 'marketing',
        preflight: () => [finding({ severity: 'warning' })],
        retry: { budgetMs: 0 },
      },
    )
    const { transport } = { transport: transporter.transporter }
    expect(await transport.canary({ id: 'spring', size: 2, maxBad: 1 })).toMatchObject({
      verdict: null,
      findings: [],
    })
    const results = await Promise.allSettled(
      ['anna', 'bert', 'cleo'].map((name) => transporter.sendMail(mail(`${name}@icloud.com`))),
    )
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    const [canary] = await transport.canaries()
    expect(canary).toMatchObject({
      id: 'spring',
      verdict: 'go',
      findings: [{ code: 'link-shortener', messages: 3 }],
    })
    await transporter.sendMail(mail('dora@icloud.com'))
    expect(apple.messages).toHaveLength(3)
  })

  it('is told to hold nothing behind a relay', async () => {
    const logged: { message: string }[] = []
    const transport = icloudTransport(new SMTPTransport({ host: 'smtp.example.com' }), { ledger: 'memory:' })
    transport.on('log', (entry) => logged.push(entry as { message: string }))
    expect(await transport.canary({ id: 'spring', size: 2 })).toMatchObject({ verdict: null })
    transport.close()
    expect(logged).toMatchObject([
      { message: expect.stringMatching(/^The test batch of spring holds nothing back/) },
    ])
  })
})
