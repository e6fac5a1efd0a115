import { describe, expect, it } from 'vitest'
import type { InnerTransport, MailLike } from './nodemailer-shapes.ts'
import { directStage, mail, rejection, type Stage } from './stage.test.fixture.ts'

/** Sends so many mails to different people at once; gives their errors, `null` for those that went. */
function sendAtOnce({ transporter }: Pick<Stage, 'transporter'>, count: number, more: object = {}) {
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      transporter.sendMail(mail(`anna${index}@icloud.com`, more)).then(
        () => null,
        (error: unknown) => error as { code: string; response?: string },
      ),
    ),
  )
}

describe('mails sent at once on a direct hop', () => {
  it.each([
    ['plain SMTP', {}, 5],
    ['a pool', { pool: true }, 5],
    ['a pool that is larger than the lane', { pool: true, maxConnections: 12 }, 5],
    ['a pool that is smaller', { pool: true, maxConnections: 2 }, 2],
  ])('stop as soon as Apple blocks the IP address: %s', async (_, smtp, most) => {
    const stage = await directStage(() => ({ rule: 'proofpoint-block' }), { smtp })
    const errors = await sendAtOnce(stage, 60)
    expect(errors.map((error) => error?.code)).toEqual(Array.from({ length: 60 }, () => 'EHELD'))
    expect(errors.filter((error) => error?.response !== undefined)).toHaveLength(most)
    expect(stage.simulator.attempts.filter(({ rule }) => rule === 'proofpoint-block')).toHaveLength(most)
  })

  it('stop as soon as a campaign is burnt', async () => {
    const stage = await directStage(() => ({ rule: 'policy-hm08' }), { smtp: { pool: true } })
    const errors = await sendAtOnce(stage, 60)
    const refused = errors.filter((error) => error?.code === 'EREFUSED').length
    expect(refused).toBeGreaterThanOrEqual(3)
    expect(refused).toBeLessThanOrEqual(3 + 5)
    expect(errors.filter((error) => error?.code === 'EHELD')).toHaveLength(60 - refused)
  })

  it('heed a hold in the shared transactions of one mail each too', async () => {
    const stage = await directStage(
      ({ phase }) => (phase === 'rcpt' ? { rule: 'proofpoint-block' } : undefined),
      { onePerTransaction: false },
    )
    const errors = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        rejection(stage.transporter.sendMail(mail([`anna${index}@icloud.com`, `bert${index}@icloud.com`]))),
      ),
    )
    expect(new Set(errors.map((error) => error['code']))).toEqual(new Set(['EHELD']))
    expect(stage.simulator.sessions.count).toBe(5)
  })

  it('all go if nothing is wrong, in the order of the calls and five at a time', async () => {
    // One connection is slow; on the way the others overtake it.
    const slow = { anna2: [{ accept: true, phase: 'eod', delayMs: 200 }] } as const
    // A mail takes so long that whoever waits for one asks the engine again.
    const stage = await directStage(slow, { smtp: { pool: true }, simulator: { latencyMs: 3 } })
    const inner: InnerTransport = stage.transporter.transporter.inner
    const send = inner.send.bind(inner)
    const begun: number[] = []
    inner.send = (sent: MailLike, callback) => {
      begun.push(Number(/\d+/.exec(sent.message.getEnvelope().to[0] ?? '')?.[0]))
      send(sent, callback)
    }
    expect(await sendAtOnce(stage, 30)).toEqual(Array.from({ length: 30 }, () => null))
    expect(stage.simulator.sessions.peak).toBeLessThanOrEqual(5)
    // Of those who need not wait, some may ask the engine again, and the others go first.
    expect(begun.slice(0, 5).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4])
    expect(begun.slice(5)).toEqual(Array.from({ length: 25 }, (_, index) => index + 5))
  })

  it('let a single one through as a probe, which is not stopped by its own probe', async () => {
    const stage = await directStage({ anna0: [{ rule: 'proofpoint-block' }, { accept: true }] })
    const blocked = await rejection(stage.transporter.sendMail(mail('anna0@icloud.com')))
    stage.time.pass((blocked['retryAt'] as number) - stage.time.clock())
    const errors = await sendAtOnce(stage, 12)
    expect(errors.filter((error) => error === null).length).toBeGreaterThan(0)
    expect(errors[0]).toBeNull()
  })
})

describe('a mail to many', () => {
  it('is a probe as a whole', async () => {
    const stage = await directStage({ anna: [{ rule: 'proofpoint-block' }, { accept: true }] })
    const blocked = await rejection(stage.transporter.sendMail(mail('anna@icloud.com')))
    stage.time.pass((blocked['retryAt'] as number) - stage.time.clock())
    const to = Array.from({ length: 8 }, (_, index) => `bert${index}@icloud.com`)
    expect((await stage.transporter.sendMail(mail(to))).accepted).toEqual(to)
  })
})

describe('mails that wait for their turn', () => {
  /** Holds back the answer of the inner transport until `release`. */
  async function gatedStage(more: Parameters<typeof directStage>[1] = {}) {
    const stage = await directStage({}, more)
    const inner: InnerTransport = stage.transporter.transporter.inner
    const send = inner.send.bind(inner)
    const held: (() => void)[] = []
    let onHeld = () => {}
    const filled = new Promise<void>((resolve) => {
      onHeld = resolve
    })
    inner.send = (sent, callback) => {
      held.push(() => send(sent, callback))
      if (held.length === 5) onHeld()
    }
    const release = () => {
      inner.send = send
      for (const go of held) go()
    }
    return { ...stage, held, filled, release }
  }

  it('end at once if their signal is aborted, and the others go on', async () => {
    const stage = await gatedStage()
    const controller = new AbortController()
    const first = sendAtOnce(stage, 5)
    await stage.filled
    const waiting = rejection(
      stage.transporter.sendMail(mail('bert@icloud.com', { signal: controller.signal })),
    )
    const other = stage.transporter.sendMail(mail('carl@icloud.com'))
    await new Promise(setImmediate)
    controller.abort(new Error('Too late'))
    expect(await waiting).toMatchObject({ name: 'AbortError', code: 'EABORT', rejected: ['bert@icloud.com'] })
    expect(stage.held).toHaveLength(5)
    stage.release()
    expect(await first).toEqual([null, null, null, null, null])
    expect((await other).accepted).toEqual(['carl@icloud.com'])
  })

  it('fail with the error of a pool that was closed, and harm nobody', async () => {
    const stage = await gatedStage({ smtp: { pool: true } })
    const sending = sendAtOnce(stage, 20)
    await stage.filled
    stage.transporter.close()
    stage.release()
    const errors = await sending
    expect(new Set(errors.map((error) => error?.code))).toEqual(new Set(['ECONNECTION']))
    expect(stage.time.waits).toEqual([])
    expect(await stage.engine.holds()).toEqual([])
    expect(stage.simulator.sessions.count).toBe(0)
  })

  it('go on if a transport is closed that has nothing to close', async () => {
    const stage = await gatedStage()
    const sending = sendAtOnce(stage, 12)
    await stage.filled
    stage.transporter.close()
    stage.release()
    expect(await sending).toEqual(Array.from({ length: 12 }, () => null))
  })
})
