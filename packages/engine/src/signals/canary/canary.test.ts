import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AdmitRequest } from '../../admit/admission.ts'
import type { Alert } from '../alert.ts'
import { bench, quiet, replies } from '../../bench.test.fixture.ts'
import { BreakableLedger } from '../../broken-ledger.test.fixture.ts'
import { createEngine } from '../../create-engine.ts'
import type { Engine } from '../../engine.ts'
import { sqliteLedger } from '../../ledger/sqlite/sqlite-ledger.ts'

const mail = { sender: 'shop@example.com', stream: 'marketing', campaign: 'spring' }
const refused =
  '554 5.7.1 [CS01] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137'
const gone = (address: string): string => `550 5.1.1 <${address}>: user does not exist`

function list(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `r${from + index}@icloud.com`)
}

async function decisions(
  engine: Engine,
  recipients: string[],
  about: Partial<AdmitRequest> = {},
): Promise<string> {
  const admissions = await engine.admit({ ...mail, recipients, ...about })
  expect(admissions.map(({ recipient }) => recipient)).toEqual(recipients)
  return admissions.map(({ decision }) => decision.charAt(0)).join('')
}

async function answer(
  engine: Engine,
  recipients: string[],
  reply?: (address: string) => string,
): Promise<void> {
  for (const recipient of recipients) {
    const outcome =
      reply === undefined
        ? ({ kind: 'delivered' } as const)
        : ({ kind: 'reply', input: reply(recipient), mx: 'mx01.mail.icloud.com' } as const)
    await engine.record({ ...mail, recipient, messageId: `spring-${recipient}`, outcome })
  }
}

describe('the canary of a campaign', () => {
  it.each([
    ['Spring sale', 'Spring_sale'],
    ['spring/2026', 'spring_2026'],
    ['<spring@x>', '_spring@x_'],
    ['s'.repeat(80), 's'.repeat(64)],
  ])('is named as it is remembered by what waits for it: %s', async (campaign, id) => {
    const { engine, time } = bench()
    await engine.canary({ id: campaign, size: 1, waitSeconds: 3600 })
    const recipients = list(0, 2)
    const [, rest] = await engine.admit({ ...mail, campaign, recipients })
    const hold = { scope: 'campaign', id } as const
    expect(rest).toMatchObject({ decision: 'held', rule: 'canary', hold })
    const waiting = { ...hold, rule: 'canary', since: time.now, until: time.now + 360_000, reply: '' }
    expect(await engine.waitedFor()).toEqual([waiting])
    // Whoever asks next hears the verdict.
    time.now += 3_600_000
    expect(await engine.waitedFor()).toMatchObject([{ ...hold, until: time.now }])
    expect(await engine.release({ campaign })).toBe(1)
    expect(await engine.waitedFor()).toEqual([])
  })

  it('lets the first ones go, and the rest when they were accepted', async () => {
    const { engine, time } = bench()
    expect(await engine.canary({ id: 'spring', size: 5 })).toMatchObject({ asked: 0, verdict: null })
    expect(await decisions(engine, list(0, 3))).toBe('sss')
    expect(await decisions(engine, list(2, 8))).toBe('sssHHH'.toLowerCase())
    const [rest] = await engine.admit({ ...mail, recipients: list(9, 10) })
    expect(rest).toMatchObject({
      decision: 'held',
      rule: 'canary',
      reason: 'canary: spring waits for the replies to its first 5 recipients',
      retryAt: time.now + 360_000,
      hold: { scope: 'campaign', id: 'spring' },
    })
    await answer(engine, list(0, 4))
    expect(await decisions(engine, list(0, 6))).toBe('sssssh')
    await answer(engine, list(4, 5))
    expect(await decisions(engine, list(0, 8))).toBe('ssssssss')
    expect(await engine.canaries()).toMatchObject([
      { id: 'spring', verdict: 'go', reason: '5 of 5 were accepted', replies: { good: 5, bad: 0 } },
    ])
    // Somebody starts the campaign again: it is not begun anew.
    expect(await engine.canary({ id: 'spring', size: 3 })).toMatchObject({ size: 5, verdict: 'go' })
    expect((await engine.rates({ window: 'hour', stream: 'marketing' })).held).toBe(5)
  })

  it('stops the rest at the first refusal too many, until it is released', async () => {
    const { engine, time } = bench()
    const alerts: Alert[] = []
    engine.on('alert', (alert) => {
      if (alert.kind === 'canary-stopped') alerts.push(alert)
    })
    await engine.canary({ id: 'spring', size: 10, maxBad: 1 })
    await decisions(engine, list(0, 10))
    await answer(engine, list(0, 2))
    await answer(engine, list(2, 4), () => refused)
    expect(alerts).toMatchObject([
      {
        subject: 'spring',
        rule: 'policy-cs01',
        numbers: { good: 2, bad: 2, recipientFaults: 0, size: 10 },
        message: expect.stringContaining('2 of 4 replies were refusals') as string,
      },
    ])
    expect(await engine.ledger.events({ type: 'alert', subject: 'spring' })).toHaveLength(1)
    await answer(engine, list(4, 6), () => refused)
    expect(alerts).toHaveLength(1)
    // Nobody goes, not even one of the first.
    expect(await decisions(engine, [...list(4, 5), ...list(20, 22)])).toBe('hhh')
    time.now += 30 * 3600_000
    const [held] = await engine.admit({ ...mail, recipients: list(20, 21) })
    expect(held).toMatchObject({
      decision: 'held',
      reason: expect.stringMatching(/^canary: spring was stopped: /) as string,
    })
    expect(await decisions(engine, list(20, 21), { acceptedAt: time.now - 48 * 3600_000 })).toBe('e')
    expect(await decisions(engine, list(20, 21), { campaign: 'summer' })).toBe('s')
    expect(await engine.release({ campaign: 'spring' })).toBe(1)
    expect(await engine.release({ campaign: 'spring' })).toBe(0)
    expect(await decisions(engine, list(20, 22))).toBe('ss')
  })

  it('counts the recipients’ faults apart, and nothing that is to be tried again', async () => {
    const { engine } = bench()
    await engine.canary({ id: 'spring', size: 10, maxBad: 0, maxRecipientFaults: 2 })
    await decisions(engine, list(0, 10))
    await answer(engine, list(0, 2), gone)
    await answer(engine, list(2, 4), () => '421 [HCM1] Your mail from 192.0.2.10 was deferred.')
    expect((await engine.canaries())[0]).toMatchObject({
      verdict: null,
      replies: { good: 0, bad: 0, recipientFaults: 2 },
    })
    await answer(engine, list(2, 4))
    expect((await engine.canaries())[0]).toMatchObject({ replies: { good: 2, recipientFaults: 2 } })
    await answer(engine, list(4, 5), gone)
    expect((await engine.canaries())[0]).toMatchObject({
      verdict: 'stop',
      reason: expect.stringContaining('is this list old?') as string,
    })
  })

  it('ends by the clock when replies do not come', async () => {
    const { engine, time } = bench()
    await engine.canary({ id: 'spring', size: 4, waitSeconds: 600 })
    await decisions(engine, list(0, 4))
    await answer(engine, list(0, 2))
    time.now += 599_000
    expect(await decisions(engine, list(5, 6))).toBe('h')
    time.now += 1000
    expect(await decisions(engine, list(5, 6))).toBe('s')
  })

  it('gives no place to who is suppressed, held or no address, and leaves other mail alone', async () => {
    const { engine, deliver } = bench()
    await engine.suppress({ recipient: 'r0@icloud.com', origin: 'unsubscribe' })
    await engine.canary({ id: 'spring', size: 2 })
    const admissions = await engine.admit({ ...mail, recipients: ['nobody', ...list(0, 4)] })
    // The second one is suppressed; its place goes to somebody else at the next question.
    expect(admissions.map(({ decision }) => decision)).toEqual(['send', 'suppressed', 'send', 'held', 'held'])
    expect(await decisions(engine, list(2, 4))).toBe('sh')
    expect(await decisions(engine, list(5, 6), { hop: 'relay' })).toBe('s')
    expect(await decisions(engine, list(5, 6), { campaign: '' })).toBe('s')
    expect(await deliver({ campaign: 'spring' })).toMatchObject({ type: 'delivered' })
    expect((await engine.canaries())[0]?.replies.good).toBe(0)
  })

  it('does not use up the probe of a hold for who has to wait anyway', async () => {
    const { engine, reply, time } = bench()
    await engine.canary({ id: 'spring', size: 1 })
    await decisions(engine, list(0, 1))
    await reply(replies.blocked, { stream: 'marketing' })
    time.now += 3600_000 - 1
    expect(await decisions(engine, list(1, 2))).toBe('h')
    time.now += 1
    await engine.canary({ id: 'summer', size: 1 })
    expect(await decisions(engine, [...list(1, 2)], { campaign: 'summer' })).toBe('s')
  })

  it('is forgotten after a month', async () => {
    const { engine, time } = bench()
    await engine.canary({ id: 'spring' })
    time.now += 31 * 86_400_000
    await engine.canary({ id: 'summer' })
    expect((await engine.canaries()).map(({ id }) => id)).toEqual(['summer'])
  })

  it('costs campaigns without one a look a minute', async () => {
    const ledger = new BreakableLedger()
    const { engine, time } = bench({ ledger })
    await ledger.countAfterFirstLook(engine)
    for (let index = 0; index < 10; index++) await decisions(engine, list(0, 1))
    expect(ledger.reads).toBe(11)
    time.now += 60_000
    await decisions(engine, list(0, 1))
    expect(ledger.reads).toBe(13)
  })

  it('lets nobody go by mistake while the ledger is out of reach', async () => {
    const ledger = new BreakableLedger()
    const { engine } = bench({ ledger })
    await engine.canary({ id: 'spring', size: 2 })
    ledger.broken = 'all'
    expect(await decisions(engine, list(0, 2))).toBe('hh')
    expect(await decisions(engine, list(0, 2), { stream: 'transactional' })).toBe('ss')
    ledger.broken = 'writes'
    expect(await decisions(engine, list(0, 2))).toBe('hh')
    expect(
      await engine.record({
        ...mail,
        recipient: 'r0@icloud.com',
        messageId: 'm',
        outcome: { kind: 'delivered' },
      }),
    ).toMatchObject({ durable: false })
    ledger.broken = 'no'
    expect(await decisions(engine, list(0, 3))).toBe('ssh')
  })

  it('is one for all processes: exactly the first ones go, and one alert is raised', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'icloud-canary-'))
    try {
      const file = join(directory, 'l.db')
      const ledgers = [await sqliteLedger(file), await sqliteLedger(file)]
      const now = Date.UTC(2026, 0, 1)
      const alerts: Alert[] = []
      const engines = ledgers.map((ledger) => createEngine({ ledger, clock: () => now, logger: quiet }))
      for (const engine of engines) engine.on('alert', (alert) => alerts.push(alert))
      await engines[0]?.canary({ id: 'spring', size: 20, maxBad: 1 })
      const going: string[] = []
      await Promise.all(
        list(0, 60).map(async (recipient, index) => {
          const engine = engines[index % 2]
          const admissions = (await engine?.admit({ ...mail, recipients: [recipient] })) ?? []
          if (admissions[0]?.decision === 'send') going.push(recipient)
        }),
      )
      expect(going).toHaveLength(20)
      await Promise.all(
        going.slice(0, 10).map(async (recipient, index) => {
          const engine = engines[index % 2]
          if (engine) await answer(engine, [recipient], () => refused)
        }),
      )
      expect(alerts.filter(({ kind }) => kind === 'canary-stopped')).toHaveLength(1)
      for (const engine of engines) {
        expect(await decisions(engine, list(0, 1))).toBe('h')
        await engine.close()
      }
      for (const ledger of ledgers) await ledger.close()
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })

  it('checks its options', async () => {
    const { engine } = bench()
    for (const [options, message] of [
      [null, /the request must be an object/],
      [{}, /id must be the name of a campaign/],
      [{ id: 'a', size: 0 }, /size must be a whole number from 1 to 1000, found 0/],
      [{ id: 'a', waitSeconds: -1 }, /waitSeconds must be seconds/],
      [{ id: 'a', maxBad: Number.NaN }, /maxBad must be a share/],
      [{ id: 'a', maxRecipientFaults: '1' }, /maxRecipientFaults/],
      [{ id: 'a', maxbad: 1 }, /there is no option "maxbad" \(did you mean "maxBad"\?\)/],
    ] as const) {
      await expect(engine.canary(options as never)).rejects.toThrow(message)
    }
    await expect(engine.admit({ ...mail, recipients: [], campaign: 1 as never })).rejects.toThrow(
      /campaign must be/,
    )
  })
})
