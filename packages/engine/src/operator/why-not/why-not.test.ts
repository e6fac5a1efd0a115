import { describe, expect, it } from 'vitest'
import { bench, replies } from '../../bench.test.fixture.ts'
import { fill, ledgers, suppressionOf } from '../ledgers.test.fixture.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { scalePolicy } from '../../policy/scale-policy.ts'

const anna = 'anna@icloud.com'
const hour = 3_600_000

async function everything(ledger: Ledger): Promise<unknown> {
  const entries: unknown[] = []
  for await (const entry of ledger.list('')) entries.push(entry)
  return [entries, await ledger.events({ limit: 1000 })]
}

describe.each(ledgers)('why not, on %s', (_, open) => {
  it('tells all that stands in the way, the most important first, and what can be done', async () => {
    const { engine, reply, deliver, time } = bench({ ledger: await open() })
    time.now -= 1000 * hour
    await deliver({ messageId: 'm0' })
    time.now += 1000 * hour
    await reply(replies.inactive, { messageId: 'm1' })
    await reply('450 4.2.2 user is overquota', { messageId: 'm2' })
    await engine.suppress({ recipient: anna, origin: 'unsubscribe' })
    await engine.recordEngagement(anna, 'click')
    await reply(replies.invalid, { messageId: 'm3' })
    await reply(replies.blocked, { messageId: 'm4', recipient: 'bert@icloud.com' })

    const answer = await engine.whyNot('<Anna@iCloud.com>', {
      stream: 'marketing',
      sender: 'shop@example.com',
    })
    expect(answer).toMatchObject({
      recipient: anna,
      lastDeliveredAt: time.now - 1000 * hour,
      suppressions: [{ origin: 'unsubscribe' }, { origin: 'reply', reply: replies.invalid }],
      softBounces: [{ rule: 'inactive-account', count: 1 }],
      messages: [{ id: 'm2', attempts: 1 }],
      engagement: { clickedAt: time.now },
      admission: { decision: 'suppressed' },
      holds: [{ scope: 'sending-ip', id: 'default', rule: 'proofpoint-block' }],
    })
    expect(answer.events.map(({ type }) => type)).toEqual([
      'suppress',
      'suppress',
      'retry',
      'soft-bounce',
      'delivered',
    ])
    expect(answer.reasons.map(({ text }) => text)).toEqual([
      'suppressed for marketing since 2026-01-01 00:00 UTC: the reader unsubscribed',
      "suppressed for all mail since 2026-01-01 00:00 UTC: Apple's reply was No such mailbox (invalid-recipient)",
      expect.stringMatching(/^the sending-ip default has been held since .*\(proofpoint-block\)$/),
      expect.stringMatching(
        /^1 failed send in a row, .*\(inactive-account\); suppressed after 4 over 28 days$/,
      ),
      expect.stringMatching(
        /^the last message was refused for now on 2026-01-01 00:00 UTC, and is to be tried again on 2026-01-01 (?!00:00).*\(mailbox-full\)/,
      ),
    ])
    expect(answer.reasons.map(({ release }) => release)).toEqual([
      { address: anna, origin: 'unsubscribe' },
      { address: anna },
      { hold: { scope: 'sending-ip', id: 'default' } },
      { address: anna },
      null,
    ])
    // Each surface has its own way to release: the words name none of them.
    expect(answer.reasons[1]?.remedy).toBe('release the address, if Apple was wrong or the mailbox is back')
    expect(JSON.stringify(answer.reasons)).not.toMatch(/5\.1\.1|ipcheck/)
  })

  it('tells that an ESP did not even try, until Apple takes mail again', async () => {
    const { engine, reply, deliver } = bench({ ledger: await open() })
    await reply('', { outcome: { kind: 'esp-suppressed', by: 'ses' } })
    expect((await engine.whyNot(anna)).reasons).toMatchObject([
      { text: expect.stringMatching(/^ses did not send a message on 2026/), remedy: expect.any(String) },
    ])
    await deliver()
    expect((await engine.whyNot(anna)).reasons).toMatchObject([{ text: 'nothing stands against it' }])
  })

  it('is a question only: nothing is taken, changed, counted or told', async () => {
    const ledger = await open()
    const { engine, admit, reply, time } = bench({ ledger })
    await reply(replies.blocked, { recipient: 'bert@icloud.com' })
    await engine.canary({ id: 'spring', size: 1, waitSeconds: 60 })
    await engine.admit({
      recipients: ['carl@icloud.com'],
      sender: 's@example.com',
      campaign: 'spring',
      lane: 'two',
    })
    time.now += 2 * hour
    let told = 0
    engine.on('alert', () => told++)
    const before = await everything(ledger)
    // Due: the probe of the hold, and the verdict of the canary, which is late.
    const probe = await engine.whyNot(anna, { sender: 'shop@example.com' })
    expect(probe.admission).toMatchObject({ decision: 'send', reason: expect.stringMatching(/probe/) })
    const stopped = await engine.whyNot(anna, { sender: 's@example.com', campaign: 'spring', lane: 'two' })
    expect(stopped.admission).toMatchObject({ decision: 'held', rule: 'canary' })
    expect(stopped.reasons[0]).toMatchObject({
      text: expect.stringMatching(/^held until .*canary/),
      remedy: 'releasing the campaign lets all of it go',
      release: { campaign: 'spring' },
    })
    expect(await everything(ledger)).toEqual(before)
    expect(told).toBe(0)
    expect((await admit())[0]).toMatchObject({ decision: 'send', reason: expect.stringMatching(/probe/) })
    expect((await engine.whyNot(anna, { sender: 'shop@example.com' })).admission?.decision).toBe('held')
  })

  it('says so where nothing is known, or nothing stands against it', async () => {
    const { engine, deliver } = bench({ ledger: await open() })
    expect(await engine.whyNot(anna)).toMatchObject({
      admission: null,
      holds: [],
      reasons: [{ text: 'nothing is known about this address', remedy: null, release: null }],
    })
    await deliver()
    expect((await engine.whyNot(anna)).reasons[0]?.text).toBe('nothing stands against it')
  })
})

it('a slowed recipient; and what comes from a file is mended before it stands in a sentence', async () => {
  const { engine } = bench()
  await fill(engine.ledger, {
    'odd@icloud.com': {
      suppressions: [suppressionOf('odd@icloud.com', { rule: 'a\u202E\nb', streams: ['<b>'] })],
      deferred: { until: Date.UTC(2027, 0, 1), rule: 'rate-limited' },
    },
  })
  const { reasons, deferred } = await engine.whyNot('odd@icloud.com', { stream: 'news' })
  expect(deferred).not.toBeNull()
  expect(reasons.map(({ text }) => text)).toEqual([
    "suppressed for _b_ since 2026-01-01 00:00 UTC: Apple's reply was a__b",
    expect.stringMatching(/^Apple slows this recipient down until 2027-01-01 00:00 UTC: .*\(rate-limited\)$/),
  ])
})

it('a doubt, a pause, and a domain that has moved away from Apple', async () => {
  const { engine, reply, deliver, time, admit } = bench({ resolveMx: async () => ['mx.example.net'] })
  await deliver({ messageId: 'm0' })
  await reply(replies.invalid, { messageId: 'm1' })
  const full = '552 5.2.2 <bert@icloud.com>: user is over quota'
  const bert = { recipient: 'bert@icloud.com', acceptedAt: time.now - 200 * hour }
  await reply(full, { ...bert, messageId: 'f1' })
  await fill(engine.ledger, {
    'own@example.org': { suppressions: [suppressionOf('own@example.org')] },
  })
  const doubt = await engine.whyNot(anna, { stream: 'marketing' })
  expect(doubt.quarantine).toMatchObject({ rule: 'invalid-recipient' })
  expect(doubt.reasons[0]?.text).toMatch(
    /^in doubt since 2026-01-01 00:00 UTC.* no mail until 2026-01-03 00:00 UTC/,
  )
  expect(doubt.reasons.filter(({ text }) => /quarantined/.test(text))).toEqual([])

  time.now += 15 * 24 * hour
  await reply(full, { ...bert, messageId: 'f2' })
  // Whatever is written because time went by is written by then.
  await engine.incidents()
  const before = await everything(engine.ledger)
  const pause = await engine.whyNot('bert@icloud.com', { stream: 'marketing' })
  expect(pause.admission?.decision).toBe('later')
  expect(pause.reasons[0]?.text).toMatch(
    /never suppresses anybody; marketing pauses, and is tried once from 2026-01-30/,
  )
  time.now += 15 * 24 * hour
  // The try that is due is not taken by the question.
  expect((await engine.whyNot('bert@icloud.com', { stream: 'marketing' })).admission?.decision).toBe('send')
  expect(await everything(engine.ledger)).toEqual(before)
  expect((await admit({ recipients: ['bert@icloud.com'], stream: 'marketing' }))[0]?.decision).toBe('send')

  const moved = await engine.whyNot('own@example.org', { stream: 'marketing' })
  expect(moved.admission?.decision).toBe('send')
  expect(moved.reasons[1]?.text).toMatch(/^mail goes all the same: .* not at Apple$/)
})

it('tells as many events as were asked for', async () => {
  const { engine, deliver } = bench()
  for (const messageId of ['m1', 'm2', 'm3']) await deliver({ messageId })
  expect((await engine.whyNot(anna, { events: 2 })).events.map(({ data }) => data.messageId)).toEqual([
    'm3',
    'm2',
  ])
  expect((await engine.whyNot(anna, { events: 0 })).events).toEqual([])
})

it.each([[5], ['nobody'], [anna, 5], [anna, { events: -1 }], [anna, { events: 1.5 }], [anna, { stream: 5 }]])(
  'refuses %j, %j',
  async (...args: unknown[]) => {
    const { engine } = bench()
    await expect(engine.whyNot(...(args as [string]))).rejects.toMatchObject({ code: 'EARGUMENT' })
  },
)

it('names an option that it does not have', async () => {
  const { engine } = bench()
  await expect(engine.whyNot(anna, { steam: 'marketing' } as never)).rejects.toThrow(
    /whyNot: there is no option "steam" \(did you mean "stream"\?\)/,
  )
})

it('knows of a message that waits by its id, and of a stream that goes on with engaged readers only', async () => {
  const { engine, admit, deliver, reply, time } = bench()
  const mail = { sender: 'shop@example.com', stream: 'marketing' }
  await reply('554 5.7.1 [CS02] Message rejected due to local policy.', { ...mail, messageId: 'm1' })
  const held = await engine.whyNot(anna, { ...mail, messageId: 'm1' })
  expect(held.holds).toMatchObject([{ scope: 'campaign', id: '<m1>' }])
  expect((await engine.whyNot(anna, { ...mail, messageId: 'm2' })).holds).toEqual([])

  const hm08 = '554 5.7.1 [HM08] Message rejected due to local policy.'
  for (const messageId of ['a', 'b', 'c']) await reply(hm08, { ...mail, messageId })
  time.now += 6 * hour
  expect(await admit({ ...mail, messageId: 'probe' })).toMatchObject([{ decision: 'send' }])
  await deliver({ ...mail, messageId: 'probe' })
  const few = await engine.whyNot(anna, { ...mail, messageId: 'x' })
  expect(few.admission?.decision).toBe('held')
  expect(few.reasons[0]?.text).toContain('engaged readers only')
  expect(few.reasons[0]).toMatchObject({ release: { hold: { scope: 'stream', id: 'default/marketing' } } })
})

it('names a span of scaled time in units that are not nothing', async () => {
  const { engine, reply, deliver, time } = bench({ policy: scalePolicy(1 / 10_000) })
  await deliver({ messageId: 'm0' })
  time.now += 1000 * hour
  await reply(replies.inactive, { messageId: 'm1' })
  expect((await engine.whyNot(anna)).reasons[0]?.text).toMatch(/; suppressed after 4 over 4 min/)
})
