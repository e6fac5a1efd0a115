import { describe, expect, it } from 'vitest'
import { directStage, mail, rejection } from './stage.test.fixture.ts'

const atApple = [{ exchange: 'mx01.mail.icloud.com' }]
const elsewhere = [{ exchange: 'mx.example.net' }]

/** A custom domain at Apple, and a transport with an engine of its own: whose look-ups are those of the transport. */
async function customStage() {
  const dns: { answer: (() => Promise<readonly { exchange: string }[]>) | null; asked: number } = {
    answer: async () => atApple,
    asked: 0,
  }
  const resolveMx = (): Promise<readonly { exchange: string }[]> => {
    dns.asked++
    return dns.answer?.() ?? Promise.reject(Object.assign(new Error('SERVFAIL'), { code: 'ESERVFAIL' }))
  }
  return { ...(await directStage({}, { ownEngine: true, resolveMx })), dns }
}

describe('a recipient at a custom domain whom Apple does not know', () => {
  it('stays suppressed while DNS fails', async () => {
    const { transporter, simulator, time, dns } = await customStage()
    const to = 'invalid-recipient@custom.example'
    expect(await rejection(transporter.sendMail(mail(to)))).toMatchObject({ code: 'ESUPPRESSED' })
    dns.answer = null
    time.pass(2 * 3_600_000)
    expect(await rejection(transporter.sendMail(mail(to)))).toMatchObject({
      code: 'ESUPPRESSED',
      suppression: { origin: 'reply' },
      suppressed: [to],
    })
    const info = await transporter.sendMail(mail([to, 'bob@example.com']))
    expect(info).toMatchObject({ accepted: ['bob@example.com'], suppressed: [to] })
    expect(
      simulator.attempts.filter(({ recipient, phase }) => phase === 'rcpt' && recipient === to),
    ).toHaveLength(1)
  })

  it('gets mail again once the domain has moved away, by one look-up for both', async () => {
    const { transporter, time, dns } = await customStage()
    const to = 'invalid-recipient@custom.example'
    await rejection(transporter.sendMail(mail(to)))
    const before = dns.asked
    dns.answer = async () => elsewhere
    time.pass(2 * 3_600_000)
    // Somebody else's server answers in the same words, and is not believed.
    const error = await rejection(transporter.sendMail(mail(to)))
    expect(error).toMatchObject({ code: 'EENVELOPE', responseCode: 550 })
    expect(dns.asked).toBe(before + 1)
  })
})

it('what the engine doubts is looked up anew', async () => {
  const { transporter, engine, dns, time } = await customStage()
  const doubted: string[] = []
  engine.on('mxDoubtful', ({ domain }) => doubted.push(domain))
  await transporter.sendMail(mail('anna@custom.example'))
  const to = 'relay-access-denied@custom.example'
  dns.answer = async () => elsewhere
  time.pass(10_000)
  await rejection(transporter.sendMail(mail(to)))
  expect(doubted).toEqual(['custom.example'])
  const { asked } = dns
  await transporter.sendMail(mail('anna@custom.example'))
  expect(dns.asked).toBe(asked + 1)
})
