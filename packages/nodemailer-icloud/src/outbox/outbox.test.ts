import type { EventEmitter } from 'node:events'
import { createEngine } from '@icloud-delivery/engine'
import nodemailer from 'nodemailer'
import { describe, expect, it } from 'vitest'
import { icloudTransport } from '../icloud-transport.ts'
import type { InnerTransport } from '../nodemailer-shapes.ts'
import { mail, rejection } from '../stage.test.fixture.ts'
import { itemsOf } from './outbox-contract.test.fixture.ts'
import { next, outboxStage } from './outbox-stage.test.fixture.ts'
import { startOutboxWorker } from './worker/start-outbox-worker.ts'
import { sqliteOutbox } from './sqlite/sqlite-outbox.ts'

const hour = 3_600_000
/** Where nobody listens. Once a server is closed, somebody else may get its port. */
const nobody = { port: 9 }
const noUser = { anna: [{ rule: 'invalid-recipient' }] } as const

describe('mail with an outbox', () => {
  it('is pending when it is stored, and then delivered', async () => {
    const { start, simulator } = await outboxStage()
    const { transporter, worker, outbox } = start()
    const delivered = next(worker, 'delivered')
    const info = await transporter.sendMail(mail('anna@icloud.com'))
    expect(info).toMatchObject({ accepted: [], rejected: [], pending: ['anna@icloud.com'], outboxId: '1' })
    const report = await delivered
    expect(report).toMatchObject({
      id: '1',
      messageId: info.messageId,
      recipient: 'anna@icloud.com',
      state: 'delivered',
      tries: 1,
    })
    expect(simulator.messages[0]?.raw.toString()).toContain(info.messageId)
    expect(await outbox.size()).toEqual({ waiting: 0, dead: 0, bytes: 0 })
  })

  it('goes at once to those who are not at Apple', async () => {
    const { start, simulator } = await outboxStage()
    const { transporter, worker } = start({ outboxWorker: false })
    const info = await transporter.sendMail(mail(['anna@icloud.com', 'team@example.org']))
    expect(info).toMatchObject({ accepted: ['team@example.org'], pending: ['anna@icloud.com'] })
    expect(simulator.messages.map(({ recipients }) => recipients)).toEqual([['team@example.org']])
    expect(worker).toBeNull()
  })

  it('is stored once for all its recipients at Apple, and each has an end of its own', async () => {
    const { start, simulator, pass } = await outboxStage({
      ...noUser,
      bert: [{ rule: 'rate-limited' }, { accept: true }],
    })
    const { transporter, worker, outbox } = start()
    const [undelivered, delivered] = [next(worker, 'undelivered'), next(worker, 'delivered')]
    const retry = next(worker, 'retry')
    await transporter.sendMail(mail(['anna@icloud.com', 'bert@icloud.com', 'cleo@icloud.com']))
    expect(await undelivered).toMatchObject({ recipient: 'anna@icloud.com', code: 'ESUPPRESSED' })
    expect(await delivered).toMatchObject({ recipient: 'cleo@icloud.com' })
    const { nextAt, last } = await retry
    expect(last).toMatchObject({ code: 'ERETRYEXHAUSTED', rule: 'rate-limited' })
    await worker.flush()
    const [item] = await itemsOf(outbox)
    expect(item!.entry!.recipients).toMatchObject([{ address: 'bert@icloud.com', tries: 1, nextAt }])
    pass(2 * hour)
    await worker.flush()
    expect(new Set(simulator.messages.map(({ recipients }) => recipients[0]))).toEqual(
      new Set(['bert@icloud.com', 'cleo@icloud.com']),
    )
    expect(await outbox.size()).toMatchObject({ waiting: 0, dead: 0 })
  })

  it('is not stored for who is suppressed', async () => {
    const { start } = await outboxStage(noUser)
    const { transporter, worker, outbox } = start()
    const undelivered = next(worker, 'undelivered')
    await transporter.sendMail(mail('anna@icloud.com'))
    expect(await undelivered).toMatchObject({ code: 'ESUPPRESSED', verdict: { fault: 'recipient' } })
    const error = await rejection(transporter.sendMail(mail('anna@icloud.com')))
    expect(error).toMatchObject({ code: 'ESUPPRESSED', pending: [] })
    await worker.flush()
    expect(await outbox.size()).toMatchObject({ waiting: 0 })
  })

  it('outlives its process, and its age counts from the beginning', async () => {
    const { start, pass, simulator } = await outboxStage({ anna: [{ rule: 'rate-limited', times: 99 }] })
    const first = start()
    const retry = next(first.worker, 'retry')
    await first.transporter.sendMail(mail('anna@icloud.com'))
    await retry
    await first.worker.close()
    first.transporter.close()
    pass(119 * hour)
    const second = start()
    await second.worker.flush()
    expect(simulator.sessions.count).toBe(2)
    pass(2 * hour)
    const dead = next(second.worker, 'dead')
    const undelivered = next(second.worker, 'undelivered')
    await second.worker.flush()
    expect(await undelivered).toMatchObject({
      code: 'EEXPIRED',
      rule: 'rate-limited',
      recipient: 'anna@icloud.com',
    })
    expect(await dead).toMatchObject({ reason: expect.stringContaining('expired') as string })
    const [item] = await itemsOf(second.outbox)
    expect(item).toMatchObject({
      state: 'dead',
      bytes: 0,
      entry: { recipients: [{ address: 'anna@icloud.com' }] },
    })
  })

  it('is sent by a worker in a process of its own', async () => {
    const { start, plain, options, file, simulator } = await outboxStage()
    const { transporter } = start({ outboxWorker: false })
    await transporter.sendMail(mail('anna@icloud.com'))
    const given = plain()
    const worker = await startOutboxWorker(given, { ...options, outbox: sqliteOutbox(file) })
    await next(worker, 'delivered')
    // Such as of a token that cannot be had.
    const inner = given.transporter as unknown as EventEmitter
    expect(() => inner.emit('error', new Error('Nobody listens'))).not.toThrow()
    // It looks into the file by itself, and may be faster than the answer.
    const delivered = next(worker, 'delivered')
    await transporter.sendMail(mail('bert@icloud.com'))
    await delivered
    await worker.close()
    expect(simulator.messages).toHaveLength(2)
  })

  it('is tried again if the relay cannot be reached, and not for longer than it may get old', async () => {
    const { start, pass } = await outboxStage()
    const { transporter, worker, outbox } = start({ hop: 'relay', smtp: nobody })
    const retry = next(worker, 'retry')
    await transporter.sendMail(mail('anna@icloud.com'))
    expect(await retry).toMatchObject({ tries: 1, last: { code: 'ESOCKET' } })
    await worker.flush()
    for (let tries = 0; tries < 3; tries++) {
      pass(2 * hour)
      await worker.flush()
    }
    expect((await itemsOf(outbox))[0]!.entry!.recipients[0]!.tries).toBe(4)
    pass(120 * hour)
    await worker.flush()
    expect(await itemsOf(outbox)).toMatchObject([{ state: 'dead' }])
  })

  it('may get as old as the engine says that the application has made, whatever relay it waits for', async () => {
    const { start, pass, clock } = await outboxStage()
    const engine = createEngine({
      ledger: 'memory:',
      clock,
      policy: { maxAgeSeconds: { '*': 240 * 3600 } },
    })
    const { transporter, worker, outbox } = start({
      hop: 'relay',
      smtp: nobody,
      engine,
      ...({ ledger: undefined } as object),
    })
    const retry = next(worker, 'retry')
    await transporter.sendMail(mail('anna@icloud.com'))
    await retry
    await worker.flush()
    pass(200 * hour)
    await worker.flush()
    expect(await itemsOf(outbox)).toMatchObject([{ state: 'waiting', entry: { recipients: [{ tries: 2 }] } }])
    engine.setPolicy()
    pass(hour)
    await worker.flush()
    expect(await itemsOf(outbox)).toMatchObject([{ state: 'dead' }])
  })

  it('of which a shared transaction is refused goes to each one alone', async () => {
    const { start, simulator } = await outboxStage({
      bert: [{ reply: '554 5.7.1 this message is not for him', phase: 'eod', times: 9 }],
    })
    const { transporter, worker, outbox } = start({ onePerTransaction: false })
    const ends: string[] = []
    worker.on('delivered', ({ recipient }) => ends.push(`${recipient} delivered`))
    worker.on('undelivered', ({ recipient, code }) => ends.push(`${recipient} ${code}`))
    await transporter.sendMail(mail(['anna@icloud.com', 'bert@icloud.com', 'cleo@icloud.com']))
    await worker.flush()
    expect(ends.toSorted()).toEqual([
      'anna@icloud.com delivered',
      'bert@icloud.com EREFUSED',
      'cleo@icloud.com delivered',
    ])
    expect(simulator.messages.map(({ recipients }) => recipients)).toEqual([
      ['anna@icloud.com'],
      ['cleo@icloud.com'],
    ])
    expect(await outbox.size()).toEqual({ waiting: 0, dead: 0, bytes: 0 })
  })

  it('is given up when it is of no use any more', async () => {
    const { start, clock, pass } = await outboxStage({ anna: [{ rule: 'rate-limited' }] })
    const { transporter, worker } = start()
    const undelivered = next(worker, 'undelivered')
    await transporter.sendMail(mail('anna@icloud.com', { deliverBy: clock() + 60_000 }))
    pass(1000)
    expect(await undelivered).toMatchObject({ code: 'EEXPIRED' })
  })

  it.each(['relay', 'direct'] as const)(
    'is not sent on a %s hop once it is of no use, if no worker was there in time, and stays in the list',
    async (hop) => {
      const { start, simulator, clock, pass } = await outboxStage()
      const app = start({ outboxWorker: false, hop })
      const to = ['anna@icloud.com', 'bert@icloud.com']
      await app.transporter.sendMail(mail(to, { deliverBy: clock() + 60_000 }))
      await app.transporter.sendMail(mail('cleo@icloud.com'))
      pass(60_000)
      const told: string[] = []
      const { worker, outbox } = start({
        hop,
        onUndelivered: (_, { recipient, cause }) => void told.push(`${recipient} ${cause}`),
      })
      await worker.flush()
      expect(told.toSorted()).toEqual(['anna@icloud.com too-late', 'bert@icloud.com too-late'])
      expect(simulator.messages.map(({ recipients }) => recipients)).toEqual([['cleo@icloud.com']])
      expect(await outbox.size()).toEqual({ waiting: 0, dead: 1, bytes: 0 })
    },
  )

  it('sends what is due before it is closed, if asked to', async () => {
    const { start, simulator } = await outboxStage()
    const { transporter, worker, outbox } = start({ smtp: { pool: true } })
    await Promise.all(
      Array.from({ length: 30 }, (_, n) => transporter.sendMail(mail(`r${n}@icloud.com`, { text: `${n}` }))),
    )
    await worker.close({ drain: true })
    expect(simulator.messages).toHaveLength(30)
    expect(await outbox.size()).toEqual({ waiting: 0, dead: 0, bytes: 0 })
  })

  it('cancels and tries again at once', async () => {
    const { start, simulator, pass } = await outboxStage({
      anna: [{ rule: 'mailbox-full' }, { accept: true }],
      bert: [{ rule: 'mailbox-full' }],
    })
    const { transporter, worker, outbox } = start()
    const anna = await transporter.sendMail(mail('anna@icloud.com'))
    const bert = await transporter.sendMail(mail('bert@icloud.com'))
    await worker.flush()
    pass(60_000)
    expect(await outbox.cancel(bert.outboxId!)).toBe(true)
    const delivered = next(worker, 'delivered')
    expect(await outbox.retryNow(anna.outboxId)).toBe(1)
    const again = await Promise.race([delivered, next(worker, 'retry')])
    expect(again).toMatchObject({ recipient: 'anna@icloud.com' })
    expect(simulator.messages).toHaveLength(1)
  })

  it('that may have arrived is not sent again if it must not be, also if the transport is closed meanwhile', async () => {
    const { file, options } = await outboxStage()
    let broken = (): void => {}
    const inner: InnerTransport = {
      name: 'SMTP',
      version: '1',
      send(each, callback) {
        each.message.createReadStream().resume().once('end', sent)
        broken = () => callback(Object.assign(new Error('closed'), { code: 'ECONNECTION' }))
      },
      close: () => broken(),
    }
    let sent = (): void => {}
    const isSent = new Promise<void>((resolve) => {
      sent = resolve
    })
    const outbox = sqliteOutbox(file)
    const transport = icloudTransport(inner, { ...options, hop: 'direct', outbox, retryAmbiguous: false })
    const undelivered = next(transport.worker!, 'undelivered')
    await nodemailer.createTransport(transport as never).sendMail(mail('anna@icloud.com'))
    await isSent
    transport.close()
    expect(await undelivered).toMatchObject({ recipient: 'anna@icloud.com', ambiguous: true })
  })
})
