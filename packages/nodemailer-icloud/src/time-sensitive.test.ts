import { describe, expect, expectTypeOf, it } from 'vitest'
import { isExpiredError } from './errors.ts'
import { directStage, mail, rejection, type StageOptions } from './stage.test.fixture.ts'
import type { UndeliveredVerdict } from './undelivered.ts'

const minute = 60_000

/** A stage that notes what the hook hears. */
async function hookStage(script: Parameters<typeof directStage>[0] = {}, options: StageOptions = {}) {
  const heard: { subject: unknown; verdict: UndeliveredVerdict }[] = []
  const stage = await directStage(script, {
    retry: { budgetMs: 0 },
    onUndelivered: ({ subject }, verdict) => heard.push({ subject, verdict }),
    ...options,
  })
  return {
    ...stage,
    heard,
    causes: () => heard.map(({ verdict }) => `${verdict.recipient}: ${verdict.cause}`),
  }
}

describe('deliverBy', () => {
  it.each([
    ['a Date', (ms: number) => new Date(ms)],
    ['ms since the epoch', (ms: number) => ms],
    ['what became of a Date in JSON', (ms: number) => new Date(ms).toJSON()],
  ])('as %s: what would be tried again after it fails now, and not in days', async (_, as) => {
    const { transporter, time, simulator } = await directStage({
      anna: [{ rule: 'mailbox-full' }, { accept: true }],
    })
    const deliverBy = as(time.clock() + 5 * minute)
    const error = await rejection(transporter.sendMail(mail('anna@icloud.com', { deliverBy })))
    expect(isExpiredError(error)).toBe(true)
    expect(error).toMatchObject({
      code: 'EEXPIRED',
      permanent: true,
      retryAt: null,
      rule: 'mailbox-full',
      responseCode: 552,
    })
    expect(time.waits).toEqual([])
    expect(simulator.sessions.count).toBe(1)
  })

  it('lets a try go that comes in time', async () => {
    const { transporter, time } = await directStage({ anna: [{ rule: 'rate-limited' }, { accept: true }] })
    const info = await transporter.sendMail(
      mail('anna@icloud.com', { deliverBy: time.clock() + 60 * minute }),
    )
    expect(info.accepted).toEqual(['anna@icloud.com'])
    expect(time.waits).toHaveLength(1)
  })

  it('is past: nothing is sent to Apple, and mail to others goes', async () => {
    const { transporter, time, simulator, engine } = await directStage()
    const to = ['anna@icloud.com', 'bob@example.com']
    const info = await transporter.sendMail(mail(to, { deliverBy: time.clock() }))
    expect(info).toMatchObject({
      accepted: ['bob@example.com'],
      rejected: ['anna@icloud.com'],
      rejectedErrors: [{ code: 'EEXPIRED', recipient: 'anna@icloud.com' }],
    })
    expect(simulator.messages.map(({ envelope }) => envelope.to)).toEqual([['bob@example.com']])
    expect((await engine.address('anna@icloud.com')).softBounces).toEqual([])
  })

  it('is past on a relay hop too', async () => {
    const { transporter, time, simulator } = await directStage({}, { hop: 'relay' })
    const late = transporter.sendMail(mail('anna@icloud.com', { deliverBy: time.clock() - 1 }))
    expect(await rejection(late)).toMatchObject({ code: 'EEXPIRED' })
    const inTime = await transporter.sendMail(mail('anna@icloud.com', { deliverBy: time.clock() + 1 }))
    expect(inTime.accepted).toEqual(['anna@icloud.com'])
    expect(simulator.sessions.count).toBe(1)
  })

  it('comes before the hold ends', async () => {
    const { transporter, time } = await directStage({ anna: [{ rule: 'proofpoint-block' }] })
    await rejection(transporter.sendMail(mail('anna@icloud.com')))
    const deliverBy = time.clock() + minute
    expect(await rejection(transporter.sendMail(mail('bert@icloud.com', { deliverBy })))).toMatchObject({
      code: 'EEXPIRED',
      rule: 'proofpoint-block',
    })
    expect(await rejection(transporter.sendMail(mail('bert@icloud.com')))).toMatchObject({ code: 'EHELD' })
  })

  it.each([['tomorrow'], [Number.NaN], [new Date('never')], [true], [{}]])(
    'that is no time is refused: %s',
    async (deliverBy) => {
      const { transporter, simulator } = await directStage()
      const error = await rejection(transporter.sendMail(mail<object>('anna@icloud.com', { deliverBy })))
      expect(error).toMatchObject({ code: 'ECONFIG' })
      expect(error.message).toContain(
        'deliverBy of a mail has to be a Date, ms since the epoch or an ISO 8601 date',
      )
      expect(simulator.sessions.count).toBe(0)
    },
  )
})

describe('onUndelivered', () => {
  it('says of each recipient why, in words that tell what to do', async () => {
    const { transporter, causes, heard } = await hookStage()
    const to = [
      'anna@icloud.com',
      'mailbox-full@icloud.com',
      'inactive-account@icloud.com',
      'invalid-recipient@icloud.com',
      'dmarc-failure@icloud.com',
      'rate-limited@icloud.com',
      'invalid-recipient@example.com',
    ]
    const info = await transporter.sendMail(mail(to))
    expect(info.accepted).toEqual(['anna@icloud.com'])
    expect(causes()).toEqual([
      'mailbox-full@icloud.com: full',
      'inactive-account@icloud.com: inactive',
      'invalid-recipient@icloud.com: suppressed',
      'dmarc-failure@icloud.com: refused',
      'rate-limited@icloud.com: busy',
    ])
    expect(heard[0]).toMatchObject({ subject: 'Hello', verdict: { error: { code: 'ERETRYEXHAUSTED' } } })
    expect(heard[0]?.verdict.retryAt).toBeGreaterThan(0)
    expect(heard.map(({ verdict }) => verdict.error)).toEqual(info.rejectedErrors.slice(0, 5))
  })

  it('knows what is paused, held, too late, and what failed on the way', async () => {
    const { transporter, causes, time } = await hookStage({
      bert: [{ rule: 'proofpoint-block' }, { drop: true }],
    })
    await rejection(transporter.sendMail(mail('rate-limited@icloud.com')))
    await rejection(transporter.sendMail(mail('rate-limited@icloud.com')))
    await rejection(transporter.sendMail(mail('bert@icloud.com')))
    await rejection(transporter.sendMail(mail('anna@icloud.com', { deliverBy: time.clock() + 1 })))
    time.pass(7 * 86_400_000)
    await rejection(transporter.sendMail(mail('bert@icloud.com')))
    expect(causes()).toEqual([
      'rate-limited@icloud.com: busy',
      'rate-limited@icloud.com: paused',
      'bert@icloud.com: held',
      'anna@icloud.com: too-late',
      expect.stringMatching(/^bert@icloud\.com: (busy|held)$/),
    ])
  })

  it('of a mail goes before that of the transport', async () => {
    const { transporter, heard } = await hookStage()
    const own: string[] = []
    const sent = mail('inactive-account@icloud.com', {
      onUndelivered: (_: unknown, { cause }: UndeliveredVerdict) => own.push(cause),
    })
    await rejection(transporter.sendMail(sent))
    expect(own).toEqual(['inactive'])
    expect(heard).toEqual([])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('No SMS')
      },
    ],
    ['rejects', () => Promise.reject(new Error('No SMS'))],
  ])('that %s harms nobody, and is logged', async (_, onUndelivered) => {
    const { transporter } = await directStage({}, { onUndelivered, retry: { budgetMs: 0 } })
    const logged: unknown[] = []
    transporter.transporter.on('log', (entry) => logged.push(entry))
    expect(await rejection(transporter.sendMail(mail('mailbox-full@icloud.com')))).toMatchObject({
      code: 'ERETRYEXHAUSTED',
    })
    await new Promise(setImmediate)
    expect(logged).toEqual([{ type: 'icloud', message: 'onUndelivered failed: Error: No SMS' }])
  })

  it('and deliverBy have types', async () => {
    const { transporter } = await directStage()
    await transporter.sendMail({
      to: 'anna@icloud.com',
      deliverBy: new Date('2026-02-01'),
      onUndelivered: (message, verdict) => {
        expectTypeOf(message['subject']).toBeUnknown()
        expectTypeOf(verdict).toEqualTypeOf<UndeliveredVerdict>()
      },
    })
  })
})
