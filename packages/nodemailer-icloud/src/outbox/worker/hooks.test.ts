import { describe, expect, it } from 'vitest'
import { mail } from '../../stage.test.fixture.ts'
import type { UndeliveredVerdict } from '../../undelivered.ts'
import { itemsOf } from '../outbox-contract.test.fixture.ts'
import { next, outboxStage } from '../outbox-stage.test.fixture.ts'
import type { OutboxReport } from './report.ts'

const hour = 3_600_000

describe('the hooks of an outbox', () => {
  it('are told of each final outcome before the message is gone', async () => {
    const { start } = await outboxStage({ anna: [{ rule: 'invalid-recipient' }] })
    const reports: OutboxReport[] = []
    const verdicts: UndeliveredVerdict[] = []
    const { transporter, worker, outbox } = start({
      onOutcome: async (report) => {
        expect((await outbox.size()).waiting).toBe(1)
        reports.push(report)
      },
      onUndelivered: ({ messageId }, verdict) => verdicts.push({ ...verdict, messageId } as never),
    })
    const info = await transporter.sendMail(mail(['anna@icloud.com', 'bert@icloud.com']))
    await worker.flush()
    const told = reports.toSorted((a, b) => a.recipient.localeCompare(b.recipient))
    expect(told).toMatchObject([
      { recipient: 'anna@icloud.com', state: 'undelivered', code: 'ESUPPRESSED', id: info.outboxId },
      { recipient: 'bert@icloud.com', state: 'delivered', code: null, messageId: info.messageId },
    ])
    expect(verdicts).toMatchObject([
      {
        recipient: 'anna@icloud.com',
        cause: 'suppressed',
        messageId: info.messageId,
        error: { rule: 'invalid-recipient' },
      },
    ])
    expect(await outbox.size()).toEqual({ waiting: 0, dead: 0, bytes: 0 })
  })

  it('are told again if they failed, also by the next process; the mail is not sent again, and its body is gone', async () => {
    const { start, pass, simulator } = await outboxStage()
    const failing = (): void => {
      throw new Error('no database')
    }
    const first = start({ onOutcome: failing })
    await first.transporter.sendMail(mail('anna@icloud.com'))
    await first.worker.flush()
    expect(await first.outbox.size()).toEqual({ waiting: 1, dead: 0, bytes: 0 })
    await first.worker.close()
    first.transporter.close()
    pass(hour)
    const reports: OutboxReport[] = []
    const second = start({ onOutcome: (report) => reports.push(report) })
    await second.worker.flush()
    expect(reports).toMatchObject([{ recipient: 'anna@icloud.com', state: 'delivered' }])
    expect(simulator.messages).toHaveLength(1)
    expect(await second.outbox.size()).toEqual({ waiting: 0, dead: 0, bytes: 0 })
  })

  it('that fail keep the mail of no other recipient, and have nobody tried before his time', async () => {
    const { start, pass, simulator } = await outboxStage({
      bert: [{ rule: 'rate-limited' }, { rule: 'rate-limited' }, { accept: true }],
    })
    const { transporter, worker, outbox } = start({
      onOutcome: () => Promise.reject(new Error('no database')),
    })
    await transporter.sendMail(mail(['anna@icloud.com', 'bert@icloud.com']))
    await worker.flush()
    const before = (await itemsOf(outbox))[0]?.entry
    expect(before).toMatchObject({ recipients: [{ address: 'bert@icloud.com', tries: 1 }], hookFailures: 1 })
    // The hook is told again after a minute, and that is too soon for Bert.
    pass(90_000)
    await worker.flush()
    const after = (await itemsOf(outbox))[0]?.entry
    expect(after).toMatchObject({ recipients: before?.recipients, hookFailures: 2 })
    for (let tries = 0; tries < 15; tries++) {
      pass(2 * hour)
      await worker.flush()
    }
    expect(simulator.messages.map(({ recipients }) => recipients[0])).toEqual([
      'anna@icloud.com',
      'bert@icloud.com',
    ])
    expect(await itemsOf(outbox)).toMatchObject([
      {
        state: 'dead',
        entry: {
          recipients: [],
          untold: [{ recipient: 'anna@icloud.com' }, { recipient: 'bert@icloud.com' }],
        },
      },
    ])
  })

  it('that fail again and again do not hold the message for ever: it goes to the dead-letter list with what is to be told', async () => {
    const { start, pass } = await outboxStage()
    const { transporter, worker, outbox } = start({
      onOutcome: () => Promise.reject(new Error('no database')),
    })
    const dead = next(worker, 'dead')
    await transporter.sendMail(mail('anna@icloud.com'))
    for (let tries = 0; tries < 10; tries++) {
      await worker.flush()
      pass(2 * hour)
    }
    expect(await dead).toMatchObject({ reason: expect.stringContaining('a hook failed 10 times') as string })
    const [item] = await itemsOf(outbox)
    expect(item).toMatchObject({ state: 'dead', entry: { untold: [{ recipient: 'anna@icloud.com' }] } })
  })
})
