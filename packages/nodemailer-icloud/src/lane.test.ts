import { createEngine, memoryLedger, type Action } from '@icloud-delivery/engine'
import nodemailer, { type Transporter } from 'nodemailer'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { IcloudOptions } from './options.ts'
import { directStage, forSimulator, mail, rejection, simulator } from './stage.test.fixture.ts'
import { withIcloud } from './with-icloud.ts'

describe('the lane', () => {
  it.each([
    ['plain SMTP', {}],
    ['pools', { pool: true, maxConnections: 10 }],
  ])('gives its connections once, over all that share the ledger: %s', async (_, smtp) => {
    const apple = await simulator({ latencyMs: 2 })
    const ledger = memoryLedger()
    const transporters = Array.from({ length: 3 }, () => {
      const engine = createEngine({ ledger })
      const inner = nodemailer.createTransport({
        host: '127.0.0.1',
        port: apple.port,
        ...smtp,
      }) as Transporter
      const transporter = withIcloud(inner, { ...forSimulator(apple), engine })
      onTestFinished(async () => {
        transporter.close()
        await engine.close()
      })
      return transporter
    })
    const mails = Array.from({ length: 20 }, (_unused, index) =>
      transporters.map((one, nth) => one.sendMail(mail(`anna${index}-${nth}@icloud.com`))),
    )
    await Promise.all(mails.flat())
    expect(apple.messages).toHaveLength(60)
    const [lane] = (await transporters[0]?.transporter.engine.lanes()) ?? []
    expect(apple.sessions.peak).toBeLessThanOrEqual(lane?.concurrency ?? 0)
    const isPool = 'pool' in smtp
    if (isPool) expect(apple.sessions.count).toBeLessThan(40)
    else expect(apple.sessions.count).toBe(60)
    await expect.poll(() => apple.sessions.open, { interval: 5 }).toBe(0)
  })

  it('leaves nothing behind at what lives as long as the process', async () => {
    const any = vi.spyOn(AbortSignal, 'any')
    onTestFinished(() => any.mockRestore())
    const { signal } = new AbortController()
    for (const pool of [false, true]) {
      const { transporter } = await directStage({}, { smtp: { pool } })
      for (const to of ['anna@icloud.com', 'bert@icloud.com'])
        await transporter.sendMail(mail(to, { signal }))
    }
    // Node 22 keeps something of each for as long as one of its signals is there.
    expect(any).not.toHaveBeenCalled()
  })

  it('says how many messages a connection of a pool may carry', async () => {
    const policy = { lanes: { '*': { messagesPerConnection: 4 } } }
    const { transporter, simulator: apple } = await directStage(
      {},
      { ownEngine: true, policy, smtp: { pool: true, maxConnections: 1 } },
    )
    await Promise.all(
      Array.from({ length: 12 }, (_, index) => transporter.sendMail(mail(`anna${index}@icloud.com`))),
    )
    expect(apple.messages).toHaveLength(12)
    expect(apple.sessions.count).toBe(3)
  })

  it('that has no room in time says when to come back', async () => {
    const policy = { lanes: { '*': { ceiling: 1, floor: 1, start: 1 } } }
    const {
      transporter,
      engine,
      simulator: apple,
    } = await directStage({}, { ownEngine: true, policy, laneWaitMs: 0, retry: { budgetMs: 0 } })
    const entrance = await engine.enter({})
    const error = await rejection(transporter.sendMail(mail('anna@icloud.com')))
    expect(error).toMatchObject({ code: 'ERETRYEXHAUSTED', permanent: false, rule: null, action: null })
    expect(error['retryAt']).toBeGreaterThan(0)
    expect(error.message).toContain('not sent: all connections of the lane are in use')
    entrance.slot?.release()
    expect((await transporter.sendMail(mail('anna@icloud.com'))).accepted).toEqual(['anna@icloud.com'])
    expect(apple.sessions.count).toBe(1)
  })

  it('is not asked for mail to others, and none on a relay hop', async () => {
    const { transporter, engine } = await directStage()
    await transporter.sendMail(mail('bob@example.com'))
    expect(await engine.lanes()).toEqual([])
    const relayed = await directStage({}, { hop: 'relay' })
    await relayed.transporter.sendMail(mail(['anna@icloud.com', 'bert@icloud.com']))
    expect(await relayed.engine.lanes()).toEqual([])
  })

  it('with another one instead, while Apple blocks its IP address, is not left: this transport has no other', async () => {
    const lanes = { 'ip-1': { alternative: 'ip-2' }, 'ip-2': { warmUp: 'done' as const } }
    const { transporter, time } = await directStage(
      { anna: [{ rule: 'proofpoint-block' }, { accept: true }] },
      { ownEngine: true, policy: { lanes }, lane: 'ip-1', stream: ({ data }) => data['stream'] as string },
    )
    await rejection(transporter.sendMail(mail('anna@icloud.com', { stream: 'marketing' })))
    const error = await rejection(transporter.sendMail(mail('bert@icloud.com', { stream: 'receipts' })))
    expect(error).toMatchObject({ code: 'EHELD', retryAt: time.clock() + 60_000 })
    expect(error.message).toContain(
      'Apple blocks the IP address of the lane ip-1, and this transport has no other',
    )
  })

  it('wakes those who wait as soon as Apple closes something', async () => {
    const policy = { lanes: { '*': { ceiling: 1, floor: 1, start: 1 } } }
    const { transporter, engine, simulator: apple } = await directStage({}, { ownEngine: true, policy })
    const { slot } = await engine.enter({})
    const waiting = Array.from({ length: 20 }, (_, index) =>
      rejection(transporter.sendMail(mail(`anna${index}@icloud.com`))),
    )
    await expect.poll(async () => (await engine.lanes())[0]?.waiting).toEqual({ transactional: 20 })
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
    const errors = await Promise.all(waiting)
    expect(new Set(errors.map((error) => error['code']))).toEqual(new Set(['EHELD']))
    expect(apple.sessions.count).toBe(0)
    slot?.release()
  })
})

describe('what the engine is told', () => {
  it('is the From domain, the campaign, the submitter and the age of the mail', async () => {
    const options: IcloudOptions = {
      campaign: ({ data }) => data['campaign'] as string | undefined,
      submitter: 'shop-1',
      stream: 'marketing',
    }
    const { transporter, engine, time } = await directStage(() => ({ rule: 'policy-hm08' }), {
      ...options,
      smtp: { pool: true },
    })
    const asked: object[] = []
    const told: object[] = []
    const admit = engine.admit.bind(engine)
    const record = engine.record.bind(engine)
    engine.admit = (request) => (asked.push(request), admit(request))
    engine.record = (request) => (told.push(request), record(request))
    const startedAt = time.clock()
    const sent = mail('anna@icloud.com', {
      from: 'Trains <news@brand.example.org>',
      envelope: { from: 'bounce@example.com', to: 'anna@icloud.com' },
      campaign: 'spring',
    })
    await rejection(transporter.sendMail(sent))
    const expected = {
      sender: 'bounce@example.com',
      from: 'news@brand.example.org',
      stream: 'marketing',
      lane: 'default',
      hop: 'direct',
      campaign: 'spring',
      submitter: 'shop-1',
      acceptedAt: startedAt,
      messageId: expect.stringMatching(/^<.+>$/) as string,
    }
    // Asked once more where its turn took a moment to come.
    expect(asked[0]).toEqual({ ...expected, recipients: ['anna@icloud.com'] })
    expect(asked).toEqual(asked.map(() => asked[0]))
    expect(told).toMatchObject([{ ...expected, recipient: 'anna@icloud.com' }])
  })

  it('has a burnt campaign hold that campaign, and no other', async () => {
    const held: Action[] = []
    const { transporter, engine } = await directStage(
      { anna: [{ rule: 'policy-cs02' }] },
      { campaign: ({ data }) => data['campaign'] as string, stream: 'marketing', retry: { budgetMs: 0 } },
    )
    engine.on('held', (action) => held.push(action))
    await rejection(transporter.sendMail(mail('anna@icloud.com', { campaign: 'spring' })))
    const spring = await rejection(transporter.sendMail(mail('bert@icloud.com', { campaign: 'spring' })))
    expect(spring).toMatchObject({ code: 'EHELD', rule: 'policy-cs02' })
    expect(
      (await transporter.sendMail(mail('bert@icloud.com', { campaign: 'summer' }))).accepted,
    ).toHaveLength(1)
    expect(held.flatMap(({ holds }) => holds)).toEqual([{ scope: 'campaign', id: 'spring' }])
  })
})
