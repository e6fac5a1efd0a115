import { createHash, generateKeyPairSync } from 'node:crypto'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { IcloudTransport } from './icloud-transport.ts'
import type { MailLike } from './nodemailer-shapes.ts'
import { directStage, mail, rejection } from './stage.test.fixture.ts'

const twiceBusy = { anna: [{ rule: 'rate-limited', times: 2 }, { accept: true }] } as const
const busyAtTheEnd = {
  anna: [{ rule: 'service-unavailable', phase: 'eod', times: 2 }, { accept: true }],
} as const

describe('tries again inside the budget', () => {
  it('until Apple accepts', async () => {
    const { transporter, simulator, time } = await directStage(twiceBusy)
    const info = await transporter.sendMail(mail('anna@icloud.com'))
    expect(info).toMatchObject({
      accepted: ['anna@icloud.com'],
      rejected: [],
      pending: [],
      rejectedErrors: [],
    })
    expect(simulator.attempts.filter(({ phase }) => phase === 'rcpt').map(({ code }) => code)).toEqual([
      421, 421, 250,
    ])
    expect(time.waits).toHaveLength(2)
  })

  it('with the same bytes, signature and Message-ID, for content that can be read only once', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const { transporter, simulator } = await directStage(busyAtTheEnd, {
      smtp: {
        dkim: {
          domainName: 'example.com',
          keySelector: 's1',
          privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
        },
      },
    })
    const bytes = Buffer.alloc(200_000, 'All of it. ')
    const bodies: string[] = []
    const { count } = spyOnContent(transporter, bodies)
    const info = await transporter.sendMail(
      mail('anna@icloud.com', { attachments: [{ filename: 'a.bin', content: Readable.from([bytes]) }] }),
    )
    expect(simulator.messages).toHaveLength(1)
    const raw = simulator.messages[0]?.raw.toString() ?? ''
    expect(raw).toMatch(/^DKIM-Signature: /)
    expect(raw).toContain(info.messageId)
    const encoded = raw.slice(raw.indexOf('Content-Disposition: attachment')).split('\r\n\r\n')[1] ?? ''
    const received = Buffer.from((encoded.split('\r\n--')[0] ?? '').replaceAll('\r\n', ''), 'base64')
    expect(sha256(received)).toBe(sha256(bytes))
    expect(count()).toBe(3)
    expect(new Set(bodies).size).toBe(1)
  })

  it('and gives up with the time to try again', async () => {
    const { transporter, simulator, time } = await directStage(twiceBusy, { retry: { budgetMs: 20_000 } })
    const error = await rejection(transporter.sendMail(mail('anna@icloud.com')))
    expect(error).toMatchObject({
      code: 'ERETRYEXHAUSTED',
      permanent: false,
      rule: 'rate-limited',
      responseCode: 421,
    })
    expect(error['retryAt']).toBe(time.clock() + 30 * 60_000)
    expect(simulator.sessions.count).toBe(1)
    expect(time.waits).toEqual([])
  })

  it('and gives up after so many tries', async () => {
    const { transporter, simulator } = await directStage(twiceBusy, {
      retry: { budgetMs: 86_400_000, maxAttempts: 2 },
    })
    const error = await rejection(transporter.sendMail(mail('anna@icloud.com')))
    expect(error).toMatchObject({ code: 'ERETRYEXHAUSTED' })
    expect(simulator.sessions.count).toBe(2)
  })

  it('with a fresh envelope, after a refused MAIL FROM too', async () => {
    const { transporter, simulator } = await directStage((question) =>
      question.phase === 'mail' && question.sessionId === 1 ? { rule: 'service-unavailable' } : undefined,
    )
    const info = await transporter.sendMail(
      mail('team@example.org', { envelope: { from: 'bounce@example.com', to: ['anna@icloud.com'] } }),
    )
    expect(info.accepted).toEqual(['anna@icloud.com'])
    expect(info.envelope).toEqual({ from: 'bounce@example.com', to: ['anna@icloud.com'] })
    expect(simulator.sessions.count).toBe(2)
  })

  it('when Apple answers 503 to a transaction whose MAIL FROM it had put off', async () => {
    const reply =
      '503 5.5.1 Error: need MAIL command - MAIL FROM error: 451 4.7.1 Service unavailable - try again later'
    const { transporter } = await directStage({ anna: [{ reply }, { accept: true }] })
    const info = await transporter.sendMail(mail('anna@icloud.com'))
    expect(info.accepted).toEqual(['anna@icloud.com'])
  })

  it('when the connection to Apple cannot be made', async () => {
    const { transporter, simulator } = await directStage(
      {},
      { simulator: { connection: [{ drop: true }, { accept: true }] } },
    )
    const info = await transporter.sendMail(mail('anna@icloud.com'))
    expect(info.accepted).toEqual(['anna@icloud.com'])
    expect(simulator.sessions.count).toBe(2)
  })
})

describe('a connection lost after the body', () => {
  const script = { anna: [{ drop: true, phase: 'eod' }, { accept: true }] } as const

  it('is not tried again, for the message may have arrived', async () => {
    const { transporter, simulator } = await directStage(script)
    const error = await rejection(transporter.sendMail(mail('anna@icloud.com')))
    expect(error).toMatchObject({ code: 'ECONNECTION', ambiguous: true, recipient: 'anna@icloud.com' })
    expect(error).not.toHaveProperty('responseCode')
    expect(simulator.sessions.count).toBe(1)
  })

  it('is tried again if asked for, under the same Message-ID', async () => {
    const { transporter, simulator } = await directStage(script, { retryAmbiguous: true })
    const info = await transporter.sendMail(mail('anna@icloud.com'))
    expect(info.accepted).toEqual(['anna@icloud.com'])
    expect(simulator.messages[0]?.raw.toString()).toContain(info.messageId)
    expect(simulator.sessions.count).toBe(2)
  })
})

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Records the bytes that each attempt sends. */
function spyOnContent(
  transporter: { transporter: IcloudTransport },
  bodies: string[],
): { count: () => number } {
  const { inner } = transporter.transporter
  const send = inner.send.bind(inner)
  let count = 0
  inner.send = (sent: MailLike, callback) => {
    count++
    const chunks: Buffer[] = []
    const stream = sent.message.createReadStream()
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      bodies.push(sha256(Buffer.concat(chunks)))
      send(sent, callback)
    })
  }
  return { count: () => count }
}
