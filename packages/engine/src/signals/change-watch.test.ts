import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BreakableLedger } from '../broken-ledger.test.fixture.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { sqliteLedger } from '../ledger/sqlite/sqlite-ledger.ts'
import { mailer } from './mailer.test.fixture.ts'

const normal = { deferral: 2, bounce: 1 }
/** As small as it may be, for quick tests. */
const policy = { signals: { minAttempts: 20, minVolume: 100 } }

describe('the watch over the rates', () => {
  it('raises one alert when deferrals jump, and says when it is over', async () => {
    const { engine, alerts, send, settle } = mailer({ policy })
    await send({ count: 9 * 24 * 20, over: 9 * 86_400, percent: normal })
    expect(alerts).toEqual([])
    await send({ count: 60, over: 1800, percent: { deferral: 60 } })
    await settle()
    expect(alerts).toMatchObject([{ kind: 'rate-changed', subject: 'default/marketing', rule: null }])
    expect(alerts[0]?.numbers.percent).toBeGreaterThan(12)
    expect(alerts[0]?.numbers.usualPercent).toBeLessThan(6)
    await send({ count: 200, over: 3 * 3600 + 1800, percent: normal })
    await settle()
    expect(alerts).toHaveLength(1)
    const log = await engine.ledger.events({ type: 'alert' })
    expect(log.filter(({ data }) => data.kind === 'rate-changed')).toMatchObject([
      { subject: 'default/marketing', data: { kind: 'rate-changed', numbers: alerts[0]?.numbers } },
    ])
    expect(await engine.ledger.events({ type: 'alert-over' })).toMatchObject([{ data: { of: 'deferral' } }])
    expect(await engine.ledger.read(['signals/changes'])).toEqual([null])
  })

  it('says nothing in the first 7 days', async () => {
    const { alerts, send, settle } = mailer({ policy })
    await send({ count: 6 * 24 * 20, over: 6 * 86_400, percent: normal })
    await send({ count: 300, over: 3600, percent: { deferral: 60 } })
    await settle()
    expect(alerts).toEqual([])
  })

  it('raises one alert when a stream sends more than twice its median', async () => {
    const { alerts, days, send, settle } = mailer({ policy })
    await days(9, 10)
    await send({ count: 500, over: 3600 })
    await settle()
    expect(alerts).toMatchObject([
      { kind: 'volume-changed', subject: 'marketing', numbers: { usualMessagesPerDay: 240 } },
    ])
  })

  it('holds marketing on that lane for a while if told so, and nothing else', async () => {
    const { alerts, admit, engine, days, send, settle, time } = mailer({
      policy: { signals: { ...policy.signals, holdMarketingSeconds: 3600 } },
    })
    await days(9, 10)
    await send({ count: 500, over: 3600 })
    await settle()
    expect(alerts).toMatchObject([
      {
        numbers: { heldSeconds: 3600 },
        message: expect.stringMatching(/Marketing is held there for 3600 s\.$/),
      },
    ])
    // From here on nothing is sent: the hold that there was has begun somewhere in the last hour.
    const [hold] = await engine.holds()
    expect(hold).toMatchObject({ scope: 'stream', id: 'default/marketing', rule: 'volume-changed' })
    const ask = async (stream: string, lane = 'default'): Promise<string | undefined> =>
      (await admit({ stream, lane }))[0]?.decision
    expect([await ask('marketing'), await ask('transactional'), await ask('marketing', 'b')]).toEqual([
      'held',
      'send',
      'send',
    ])
    time.now = (hold?.until ?? 0) + 1
    expect(await ask('marketing')).toBe('send')
  })

  it('raises one alert for all processes', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'icloud-watch-'))
    try {
      const file = join(directory, 'l.db')
      const memory = memoryLedger()
      const past = mailer({ ledger: memory, policy })
      await past.send({ count: 9 * 24 * 20, over: 9 * 86_400, percent: normal })
      const ledgers = [await sqliteLedger(file), await sqliteLedger(file)]
      const mailers = ledgers.map((ledger) => mailer({ ledger, policy, clock: () => past.time.now }))
      // The same past, in one write instead of thousands.
      const hour = 3_600_000
      const now = past.time.now
      const groups = Array.from(
        { length: 200 },
        (_, index) => `rates/${hour}/${Math.floor(now / hour) - 1 - index}/all`,
      )
      const counts = await memory.counts(groups)
      await ledgers[0]?.write(
        [],
        [],
        counts.flatMap((fields, index) =>
          Object.entries(fields).map(([field, by]) => ({
            group: groups[index] ?? '',
            field,
            by,
            at: now,
            keepMs: 10 * hour,
          })),
        ),
      )
      for (let round = 0; round < 60; round++) {
        past.time.now += 30_000
        await Promise.all(
          mailers.map(async ({ reply, deliver, settle }, index) => {
            const about = {
              stream: 'marketing',
              recipient: `p${index}-${round}@icloud.com`,
              messageId: `p${index}-${round}`,
            }
            await (round % 2
              ? deliver(about)
              : reply('421 [HCM1] Your mail from 192.0.2.10 was deferred.', about))
            await settle()
          }),
        )
      }
      expect(mailers.flatMap(({ alerts }) => alerts)).toHaveLength(1)
      for (const { engine } of mailers) await engine.close()
      for (const ledger of ledgers) await ledger.close()
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })

  it('throws nothing into the host when the ledger goes away', async () => {
    const ledger = new BreakableLedger()
    const { deliver, engine, time, settle } = mailer({ ledger, policy })
    await deliver()
    time.now += 120_000
    ledger.counts = () => Promise.reject(new Error('the ledger is broken'))
    expect(await deliver({ messageId: 'm2' })).toMatchObject({ type: 'delivered', durable: true })
    await expect(settle()).rejects.toThrow('broken')
    await engine.close()
  })
})
