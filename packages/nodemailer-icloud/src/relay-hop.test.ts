import { createEngine, type Action } from '@icloud-delivery/engine'
import nodemailer from 'nodemailer'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { IcloudOptions } from './options.ts'
import { mail, rejection, simulator } from './stage.test.fixture.ts'
import { withIcloud } from './with-icloud.ts'

const wrapped = (code: string, reply: string) =>
  `${code} <anna@icloud.com>: host mx01.mail.icloud.com[192.0.2.1] said: ${reply} (in reply to RCPT TO command)`

async function relayStage(reply?: string, options: IcloudOptions = {}) {
  const relay = await simulator({
    hosts: [{ name: 'relay.example.com' }],
    script: reply ? { anna: [{ reply }] } : {},
  })
  const engine = createEngine({ ledger: 'memory:' })
  const transporter = withIcloud(nodemailer.createTransport({ host: '127.0.0.1', port: relay.port }), {
    engine,
    resolveMx: false,
    ...options,
  })
  onTestFinished(() => transporter.close())
  return { relay, engine, transporter }
}

describe('on a relay hop', () => {
  it("takes a 250 for the relay's, and remembers no delivery", async () => {
    const { engine, transporter } = await relayStage()
    const info = await transporter.sendMail(mail('anna@icloud.com'))
    expect(info).toMatchObject({ accepted: ['anna@icloud.com'], pending: [], suppressed: [] })
    expect((await engine.address('anna@icloud.com')).lastDeliveredAt).toBeNull()
  })

  it("never takes the relay's own words for Apple's", async () => {
    const { engine, transporter } = await relayStage('550 5.1.1 <anna@icloud.com>: user does not exist')
    const error = await rejection(transporter.sendMail(mail('anna@icloud.com')))
    expect(error).toMatchObject({
      code: 'EENVELOPE',
      command: 'RCPT TO',
      responseCode: 550,
      permanent: true,
      verdict: { provider: null, rule: null },
      action: { type: 'pass' },
      rejected: ['anna@icloud.com'],
    })
    expect((await engine.address('anna@icloud.com')).suppressions).toEqual([])
  })

  it("passes the relay's 4xx on, for the caller to deal with as before", async () => {
    const { relay, transporter } = await relayStage('451 4.7.1 Service unavailable - try again later')
    const error = await rejection(transporter.sendMail(mail('anna@icloud.com')))
    expect(error).toMatchObject({
      code: 'EENVELOPE',
      responseCode: 451,
      permanent: false,
      action: { type: 'pass' },
    })
    expect(relay.sessions.count).toBe(1)
  })

  it("hears Apple's words in the relay's", async () => {
    const reply = wrapped('550 5.1.1', '550 5.1.1 <anna@icloud.com>: user does not exist')
    const { relay, engine, transporter } = await relayStage(reply)
    const error = await rejection(transporter.sendMail(mail('anna@icloud.com')))
    expect(error).toMatchObject({
      code: 'ESUPPRESSED',
      rule: 'invalid-recipient',
      verdict: { provider: 'apple' },
    })
    expect((await engine.address('anna@icloud.com')).suppressions).toHaveLength(1)

    expect(await rejection(transporter.sendMail(mail('anna@icloud.com')))).toMatchObject({
      code: 'ESUPPRESSED',
    })
    expect(relay.sessions.count).toBe(1)
  })

  it('sends on while Apple holds mail on a direct hop that shares the ledger', async () => {
    const { engine, transporter } = await relayStage()
    const held: Action[] = []
    engine.on('held', (action) => held.push(action))
    await engine.record({
      recipient: 'bert@icloud.com',
      sender: 'news@example.com',
      messageId: '<1@example.com>',
      outcome: {
        kind: 'reply',
        mx: 'mx01.mail.icloud.com',
        input: '550 5.7.0 Blocked - see https://support.proofpoint.com/dnsbl-lookup.cgi?ip=192.0.2.10',
      },
    })
    expect(held).toHaveLength(1)
    const info = await transporter.sendMail(mail('anna@icloud.com'))
    expect(info.accepted).toEqual(['anna@icloud.com'])
  })

  it('is what a host counts as unless it is an MX of Apple, whatever the options of the test say', async () => {
    const { relay, engine, transporter } = await relayStage(
      '550 5.1.1 <anna@icloud.com>: user does not exist',
      {
        hop: 'relay',
        testing: { appleMx: ['127.0.0.1'] },
      },
    )
    await rejection(transporter.sendMail(mail('anna@icloud.com')))
    expect((await engine.address('anna@icloud.com')).suppressions).toEqual([])
    expect(relay.sessions.count).toBe(1)
  })

  it('passes the error of a relay that cannot be reached on', async () => {
    // Once a server is closed, somebody else may get its port: nobody listens on this one.
    const inner = nodemailer.createTransport({ host: '127.0.0.1', port: 9 })
    const transporter = withIcloud(inner, { engine: createEngine({ ledger: 'memory:' }), resolveMx: false })
    const error = await rejection(transporter.sendMail(mail('anna@icloud.com')))
    expect(error).toMatchObject({
      code: 'ESOCKET',
      originalCode: 'ECONNREFUSED',
      ambiguous: false,
      action: null,
    })
  })
})
