import { createEngine, openLedger, type Engine, type PolicyOptions } from '@icloud-delivery/engine'
import { startSimulator, type Simulator } from '@icloud-delivery/mx-simulator'
import { hasRedisServer, RedisServer } from '@icloud-delivery/redis-for-tests'
import nodemailer, { type Transporter } from 'nodemailer'
import { withIcloud, type WithIcloud } from 'nodemailer-icloud'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHaraka, type Haraka } from './haraka.test.fixture.ts'

const policy: PolicyOptions = {
  rules: {
    'inactive-account': { suppress: { failures: 2, apartSeconds: 0.001, overSeconds: 0.001 } },
    'proofpoint-block': {
      hold: { scope: 'sending-ip', count: 1, windowSeconds: 600, forSeconds: 3600, probeEverySeconds: 3600 },
    },
  },
}
const warmUp: PolicyOptions = { lanes: { '*': { warmUp: [5] } } }

function mail(to: string): { from: string; to: string; subject: string; text: string } {
  return { from: 'news@example.com', to, subject: 'Hello', text: 'How are you?' }
}

const ledgers: [string, boolean][] = [
  ['an SQLite file', true],
  ['Redis', hasRedisServer()],
]

describe.each(ledgers)('Nodemailer in front of Haraka, both with %s', (kind, isThere) => {
  let redis: RedisServer | null = null
  let apple: Simulator
  let haraka: Haraka
  let engine: Engine
  let transporter: WithIcloud<Transporter>
  /** As an application makes it: by the name of the ledger. */
  let byName: WithIcloud<Transporter>
  /** Runs ahead of Haraka's, to see a hold as half open. */
  let ahead = 0

  beforeAll(async () => {
    if (!isThere) return
    apple = await startSimulator({ hosts: [{}, {}] })
    if (kind === 'Redis') redis = await RedisServer.start()
    const url = redis?.url ?? 'file:icloud.db'
    haraka = await startHaraka(
      [
        '[main]',
        `ledger=${url}`,
        '[testing]',
        `mx=${apple.hosts.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
      ],
      policy,
    )
    const ledger = await openLedger(redis?.url ?? haraka.ledger)
    engine = createEngine({ ledger, policy: { ...policy, ...warmUp }, clock: () => Date.now() + ahead })
    byName = withIcloud(nodemailer.createTransport({ host: '127.0.0.1', port: haraka.port }), {
      ledger: redis?.url ?? haraka.ledger,
      resolveMx: false,
    })
    transporter = withIcloud(nodemailer.createTransport({ host: '127.0.0.1', port: haraka.port }), {
      engine,
      resolveMx: false,
    })
  })

  afterAll(async () => {
    byName?.close()
    transporter?.close()
    await engine?.close()
    await engine?.ledger.close()
    await haraka?.stop()
    await apple?.close()
    await redis?.stop()
  })

  /** Of the mail that Haraka has put off for a hold: the local part of each recipient. */
  function parked(): string[] {
    return haraka.log.flatMap((line) => /recipient=<(\w+)@\S+> .* action=held/.exec(line)?.[1] ?? [])
  }

  /** Sends, and resolves when Haraka has told the ledger what Apple said. */
  async function sendAndHear(to: string, heard: () => Promise<boolean>): Promise<void> {
    const info = await transporter.sendMail(mail(to))
    expect(info.accepted).toEqual([to])
    await expect.poll(heard, { timeout: 50_000, interval: 20 }).toBe(true)
  }

  it.skipIf(!isThere)('what Haraka learns from Apple, the next sendMail knows', async () => {
    const to = 'invalid-recipient@icloud.com'
    await sendAndHear(to, async () => (await engine.address(to)).suppressions.length > 0)
    await expect(byName.sendMail(mail(to))).rejects.toMatchObject({
      code: 'ESUPPRESSED',
      rule: 'invalid-recipient',
      suppression: { origin: 'reply' },
      suppressed: [to],
    })
    expect(
      apple.attempts.filter(({ phase, recipient }) => phase === 'rcpt' && recipient === to),
    ).toHaveLength(1)
  })

  it.skipIf(!isThere)(
    'that Haraka takes mail for an inactive account does not clear what Apple said of it',
    async () => {
      const to = 'inactive-account@icloud.com'
      await sendAndHear(to, async () => (await engine.address(to)).softBounces[0]?.count === 1)
      // Between this 250 of Haraka's and the next reply of Apple's the count must stay.
      await sendAndHear(to, async () => (await engine.address(to)).suppressions.length > 0)
      expect((await engine.address(to)).lastDeliveredAt).toBeNull()
      await expect(transporter.sendMail(mail(to))).rejects.toMatchObject({ code: 'ESUPPRESSED' })
    },
  )

  it.skipIf(!isThere)('and what it takes behind a breaker neither closes it nor is its probe', async () => {
    await sendAndHear('proofpoint-block@icloud.com', async () => (await engine.holds()).length > 0)
    const [before] = await engine.holds()
    ahead = 2 * 3_600_000
    for (const name of ['anna', 'bert', 'carl']) {
      const info = await transporter.sendMail(mail(`${name}@icloud.com`))
      expect(info.accepted).toEqual([`${name}@icloud.com`])
    }
    // By its own clock the hold of a probe in two hours is a mistake, which it would mend: what it asks comes before.
    await expect
      .poll(() => parked().toSorted(), { timeout: 50_000, interval: 20 })
      .toEqual(['anna', 'bert', 'carl'])
    // Still half open, and the probe is still to be had: by a message that goes to Apple itself.
    const question = {
      recipients: ['dora@icloud.com'],
      sender: 'news@example.com',
      messageId: '<probe@example.com>',
    }
    const [probe] = await engine.admit(question)
    expect(probe).toMatchObject({ decision: 'send', reason: expect.stringContaining('a probe') as string })
    const [second] = await engine.admit({ ...question, messageId: '<second@example.com>' })
    expect(second?.decision).toBe('held')
    expect(before).toMatchObject({ scope: 'sending-ip', rule: 'proofpoint-block' })
    expect(apple.attempts.filter(({ recipient }) => recipient === 'anna@icloud.com')).toEqual([])
    ahead = 0
  })

  it.skipIf(!isThere)('and what it takes uses up nothing of a warm-up', async () => {
    const warm = withIcloud(nodemailer.createTransport({ host: '127.0.0.1', port: haraka.port }), {
      engine,
      resolveMx: false,
      lane: 'new-ip',
      stream: 'marketing',
    })
    for (let index = 0; index < 6; index++) {
      expect((await warm.sendMail(mail(`erna${index}@icloud.com`))).accepted).toHaveLength(1)
    }
    expect((await engine.lanes()).map(({ lane }) => lane)).not.toContain('new-ip')
    const entrance = await engine.enter({ lane: 'new-ip', stream: 'marketing', waitSeconds: 0 })
    expect(entrance.decision).toBe('go')
    entrance.slot?.release()
    warm.close()
  })
})
