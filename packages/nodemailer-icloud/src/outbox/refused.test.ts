import nodemailer, { type Transporter } from 'nodemailer'
import { describe, expect, it } from 'vitest'
import { mail, rejection } from '../stage.test.fixture.ts'
import { withIcloud } from '../with-icloud.ts'
import { itemsOf } from './outbox-contract.test.fixture.ts'
import { next, outboxStage } from './outbox-stage.test.fixture.ts'
import { isOutboxError } from './outbox-error.ts'
import { sqliteOutbox } from './sqlite/sqlite-outbox.ts'
import { startOutboxWorker } from './worker/start-outbox-worker.ts'

describe('an outbox refuses', () => {
  it('more than it may hold: the mail is rejected, and not pending', async () => {
    const { start } = await outboxStage()
    const { transporter, outbox } = start({
      outboxWorker: false,
      box: { maxMessages: 1, maxMessageBytes: 5000 },
    })
    const large = await rejection(transporter.sendMail(mail('anna@icloud.com', { text: 'x'.repeat(6000) })))
    await transporter.sendMail(mail('anna@icloud.com'))
    const full = await rejection(transporter.sendMail(mail('bert@icloud.com')))
    for (const error of [large, full]) {
      expect(isOutboxError(error)).toBe(true)
      expect(error).toMatchObject({ code: 'EOUTBOXFULL', permanent: false, accepted: [], pending: [] })
    }
    expect((await outbox.size()).waiting).toBe(1)
  })

  it('what it cannot keep: a password, and a function', async () => {
    const { start } = await outboxStage()
    const { transporter, outbox } = start({ outboxWorker: false })
    for (const more of [{ auth: { user: 'a', pass: 'b' } }, { onUndelivered: () => {} }]) {
      const error = await rejection(transporter.sendMail(mail('anna@icloud.com', more)))
      expect(error).toMatchObject({ code: 'ECONFIG', pending: [] })
    }
    expect((await outbox.size()).waiting).toBe(0)
  })

  it('a mode beside it, and a worker that is wrapped already', async () => {
    const { file, plain, options } = await outboxStage()
    const outbox = sqliteOutbox(file)
    const config = expect.objectContaining({ code: 'ECONFIG' }) as Error
    expect(() => withIcloud(plain(), { outbox, mode: 'inline' })).toThrow(config)
    const wrapped = withIcloud(plain(), options)
    await expect(startOutboxWorker(wrapped, { ...options, outbox })).rejects.toThrow(config)
    expect(() => sqliteOutbox('')).toThrow(config)
    expect(() => sqliteOutbox(file, { keys: [{ id: 'a', secret: 'short' }] })).toThrow(
      /16 bytes or more.*hidden/,
    )
    expect(() => sqliteOutbox(file, { maxMesages: 1 } as never)).toThrow(/maxMessages/)
  })
})

it('the JSON transport shows the mail, and nothing of it is stored', async () => {
  const { file, options } = await outboxStage()
  const outbox = sqliteOutbox(file)
  const inner = nodemailer.createTransport({ jsonTransport: true }) as unknown as Transporter
  const transporter = withIcloud(inner, { ...options, outbox })
  const info = await transporter.sendMail(mail('anna@icloud.com'))
  expect(info.accepted).toEqual(['anna@icloud.com'])
  expect(transporter.transporter.worker).toBeNull()
  await outbox.close()
})

describe('a message whose key a worker has not', () => {
  const keys = [{ id: 'k1', secret: 'a secret of 16 bytes or more' }]

  it('is left to those who have it, and that is said once', async () => {
    const { start, simulator, pass } = await outboxStage()
    const first = start({ outboxWorker: false, box: { keys } })
    await first.transporter.sendMail(mail('anna@icloud.com'))
    await first.transporter.sendMail(mail('bert@icloud.com'))
    const without = start()
    const warnings: string[] = []
    without.worker.on('warning', (message) => warnings.push(message))
    await without.worker.flush()
    pass(20_000)
    await without.worker.flush()
    expect(warnings).toEqual([expect.stringMatching(/"k1".*leaves them to others/) as string])
    expect(await without.outbox.size()).toMatchObject({ waiting: 2, dead: 0 })
    // Otherwise it may look at them once more, just when the other one asks for them.
    await without.worker.close()
    pass(20_000)
    await start({ box: { keys } }).worker.flush()
    expect(simulator.messages).toHaveLength(2)
    expect(await without.outbox.size()).toMatchObject({ waiting: 0, dead: 0 })
  })

  it('goes to the dead-letter list when it is too old, and is sent once the key is there', async () => {
    const { start, simulator, pass } = await outboxStage()
    const first = start({ outboxWorker: false, box: { keys } })
    const { outboxId = '' } = await first.transporter.sendMail(mail('anna@icloud.com'))
    pass(121 * 3_600_000)
    const second = start()
    const warned = next(second.worker, 'warning')
    expect(await next(second.worker, 'dead')).toMatchObject({
      id: outboxId,
      reason: expect.stringContaining('k1') as string,
    })
    expect(await warned).toContain(`The message ${outboxId} in the outbox went to the dead-letter list: `)
    await second.worker.close()
    expect(await itemsOf(second.outbox)).toMatchObject([
      { state: 'dead', bytes: expect.any(Number) as number },
    ])
    pass(-121 * 3_600_000)
    const third = start({ box: { keys } })
    const delivered = next(third.worker, 'delivered')
    expect(await third.outbox.retryNow(outboxId)).toBe(1)
    await delivered
    expect(simulator.messages).toHaveLength(1)
  })
})
