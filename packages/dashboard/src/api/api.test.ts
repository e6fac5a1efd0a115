import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mx, replies, world, type World } from '../world.test.fixture.ts'
import type { ActionAnswer, EngagementAnswer, ReportAnswer, UnknownAnswer } from './answers.ts'
import type { NowAnswer } from './now.ts'
import type { PlacementsAnswer } from './placements.ts'
import type { AddressAnswer, WhoAnswer } from './who.ts'
import type { ExplainAnswer, WhyAnswer } from './why.ts'

let w: World

beforeEach(async () => {
  w = await world()
})
afterEach(() => w.close())

/** Closes the lane, as Apple blocks its IP. */
async function block(): Promise<void> {
  for (let i = 0; i < 3; i++) await w.reply(replies.blocked, `r${i}@icloud.com`)
}

describe('now', () => {
  it('is empty at first, and says so with zeros and nulls', async () => {
    expect(await w.json<NowAnswer>('/api/now')).toMatchObject({
      hour: { attempts: 0, deferralRate: null },
      lanes: [],
      holds: [],
      incidents: [],
      canaries: [],
      alerts: [],
      latest: [],
    })
  })

  it('tells counts, rates against the usual, open holds with why, alerts and what came last', async () => {
    await w.deliver()
    await w.reply(replies.full)
    await block()
    const now = await w.json<NowAnswer>('/api/now?window=hour')
    expect(now.hour).toMatchObject({ attempts: 5, delivered: 1, deferralRate: 0.2 })
    expect(now.usual).toMatchObject({ deferralRate: 0.2 })
    expect(now.minuteSeconds).toBe(60)
    expect(now.chart.points).toHaveLength(60)
    expect(now.holds).toMatchObject([
      {
        scope: 'sending-ip',
        id: 'default',
        rule: 'proofpoint-block',
        meaning: { fault: 'sender-ip', title: expect.any(String) as string },
        reply: replies.blocked,
      },
    ])
    expect(now.alerts).toMatchObject([{ type: 'alert', kind: 'ip-blocked', rule: 'proofpoint-block' }])
    expect(now.latest.map(({ type }) => type)).toContain('scope-held')
  })

  it('says what is wrong with a question', async () => {
    const response = await w.get('/api/now?window=year')
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: { code: 'EINPUT', message: '"window" has to be hour, day or month.' } },
    ])
  })
})

describe('why', () => {
  beforeEach(async () => {
    await w.close()
    // No bucket ends between a reply and the question.
    const now = Date.now()
    w = await world({}, { clock: () => now })
  })

  it('tells replies by rule over time, with words, fault, what was done, causes and fixes', async () => {
    await w.reply(replies.full)
    await w.reply(replies.full, 'bert@icloud.com')
    await w.reply(replies.invalid, 'carl@icloud.com')
    const { rules, times } = await w.json<WhyAnswer>('/api/why?window=day')
    expect(rules.map(({ rule, count }) => [rule, count])).toEqual([
      ['mailbox-full', 2],
      ['invalid-recipient', 1],
    ])
    const [full, invalid] = rules
    expect(full?.series).toHaveLength(times.length)
    expect(full?.series.at(-1)).toBe(2)
    expect(full?.did).toEqual({ retry: 2 })
    expect(full?.latest[0]).toMatchObject({ recipient: 'bert@icloud.com', did: 'retry' })
    expect(full?.meaning?.fixes.length).toBeGreaterThan(0)
    expect(invalid).toMatchObject({ did: { suppress: 1 }, meaning: { fault: 'recipient' } })
  })

  it('explains any reply', async () => {
    const response = await w.post('/api/explain', {
      reply: '554 5.7.1 [HM08] Message rejected due to local policy.',
      mx,
    })
    const answer = (await response.json()) as ExplainAnswer
    expect(answer).toMatchObject({ meaning: { id: 'policy-hm08' }, confidence: expect.any(String) as string })
    expect((await w.post('/api/explain', { reply: ' ' })).status).toBe(400)
    expect((await w.post('/api/explain', { reply: 'x'.repeat(200_000) })).status).toBe(400)
  })
})

describe('who', () => {
  it('finds any part of a suppressed address, page by page', async () => {
    for (let i = 0; i < 120; i++)
      await w.engine.suppress({
        recipient: `reader${String(i).padStart(3, '0')}@icloud.com`,
        origin: 'import',
      })
    const find = (): Promise<WhoAnswer> => w.json<WhoAnswer>('/api/who?q=READER')
    await expect.poll(async () => (await find()).total).toBe(120)
    const first = await find()
    expect(first.matches).toHaveLength(50)
    const second = await w.json<WhoAnswer>(`/api/who?q=reader&after=${first.next}`)
    const third = await w.json<WhoAnswer>(`/api/who?q=reader&after=${second.next}`)
    expect([second.matches.length, third.matches.length, third.next]).toEqual([50, 20, null])
    expect((await w.json<WhoAnswer>('/api/who?q=der07')).matches.map(({ recipient }) => recipient)).toEqual(
      Array.from({ length: 10 }, (_, i) => `reader07${i}@icloud.com`),
    )
  })

  it('knows what changed since, also by an import', async () => {
    const total = async (): Promise<number | null> => (await w.json<WhoAnswer>('/api/who?q=')).total
    // While they are being read it is not known.
    await expect.poll(total).toBe(0)
    await w.reply(replies.invalid)
    await expect.poll(total).toBe(1)
    await w.engine.import(['bert@icloud.com\ncarl@icloud.com\n'], { format: 'csv' })
    await expect.poll(total).toBe(3)
    await w.engine.release({ address: 'anna@icloud.com' })
    await expect.poll(total).toBe(2)
  })

  it('tells all of one address: reasons, evidence, history, and what its rules mean', async () => {
    await w.reply(replies.invalid)
    const answer = await w.json<AddressAnswer>('/api/address?address=Anna%40icloud.com')
    expect(answer).toMatchObject({
      recipient: 'anna@icloud.com',
      suppressions: [{ origin: 'reply', rule: 'invalid-recipient', reply: replies.invalid }],
      events: [{ type: 'suppress' }],
      meanings: { 'invalid-recipient': { disposition: 'suppress' } },
    })
    expect(answer.reasons[0]?.remedy).toBe('release the address, if Apple was wrong or the mailbox is back')
    const nobody = await w.json<AddressAnswer>('/api/address?address=nobody@example.com')
    expect(nobody.reasons[0]?.text).toBe('nothing is known about this address')
    expect((await w.get('/api/address?address=anna')).status).toBe(400)
  })

  it('is told from the rest', async () => {
    await w.engine.recordEngagement('anna@icloud.com', 'click')
    await w.engine.recordEngagement('carl@example.com', 'click')
    expect(await w.json<EngagementAnswer>('/api/engagement?window=hour')).toMatchObject({
      clicks: 2,
      apple: { clicks: 1 },
    })
  })
})

describe('placements', () => {
  const seed = 'seed@icloud.com'

  it('are told by seed and stream, the last 30 of them; a look that failed changes nothing that is known', async () => {
    await w.engine.takeSeedTurn('calm@icloud.com')
    await w.engine.takeSeedTurn(seed)
    expect(await w.json<PlacementsAnswer>('/api/placements')).toMatchObject({
      series: [
        { address: 'calm@icloud.com', stream: null, known: null, results: [] },
        { address: seed, stream: null },
      ],
    })
    for (let i = 1; i <= 31; i++)
      await w.engine.recordPlacement(seed, { at: i, stream: 'marketing', placement: 'junk', seconds: 3 })
    const failed = { placement: 'unknown', reason: 'x'.repeat(2000) } as const
    await w.engine.recordPlacement(seed, { at: 40, stream: 'marketing', ...failed })
    await w.engine.recordPlacement(seed, { at: 50, stream: 'receipts', placement: 'inbox' })
    // What was asked a moment ago is not asked again for a few ms.
    const told = (): Promise<PlacementsAnswer> => w.json<PlacementsAnswer>('/api/placements')
    await expect.poll(async () => (await told()).series.length).toBe(3)
    const { series } = await told()
    expect(series.map(({ address, stream, at, known }) => [address, stream, at, known])).toEqual([
      [seed, 'marketing', 40, 'junk'],
      ['calm@icloud.com', null, expect.any(Number), null],
      [seed, 'receipts', 50, 'inbox'],
    ])
    const [first] = series
    expect(first?.results).toHaveLength(30)
    expect(first?.results.at(-1)?.reason?.length).toBeLessThanOrEqual(200)
  })
})

describe('unknown replies', () => {
  it('stand together by their words, as an issue without addresses', async () => {
    await w.reply(replies.unknown, 'anna@icloud.com')
    await w.reply(replies.unknown, 'bert@icloud.com')
    const { replies: found } = await w.json<UnknownAnswer>('/api/unknown')
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ count: 2, rule: 'unknown-permanent' })
    const { title, body } = found[0]?.issue ?? { title: '', body: '' }
    expect(title).toBe('Unknown reply: 550 5.9.9 The moon is in the seventh house of <address> [<ip>]')
    expect(body).toContain('    550 5.9.9 The moon')
    expect(title + body).not.toMatch(/anna|bert|192\.0/)
  })
})

describe('actions', () => {
  const act = async (name: string, body: object): Promise<ActionAnswer> =>
    (await (await w.post(`/api/actions/${name}`, body)).json()) as ActionAnswer

  it('release what replies did, a hold, and what a rule did', async () => {
    await w.reply(replies.invalid)
    expect(await act('release-address', { address: 'anna@icloud.com' })).toEqual({ done: 1 })
    expect((await w.engine.address('anna@icloud.com')).suppressions).toEqual([])
    await block()
    expect(await act('release-hold', { scope: 'sending-ip', id: 'default' })).toEqual({ done: 1 })
    expect(await w.engine.holds()).toEqual([])
    expect(await act('release-hold', { scope: 'sending-ip', id: 'default' })).toEqual({ done: 0 })
    await w.reply(replies.invalid, 'carl@icloud.com')
    expect(await act('release-rule', { rule: 'invalid-recipient', since: 0, dryRun: true })).toEqual({
      done: 1,
    })
    expect(await act('release-rule', { rule: 'invalid-recipient', since: 0 })).toEqual({ done: 1 })
  })

  it('end an unsubscribe only where it is named', async () => {
    await w.engine.suppress({ recipient: 'anna@icloud.com', origin: 'unsubscribe' })
    expect(await act('release-address', { address: 'anna@icloud.com' })).toEqual({ done: 0 })
    expect(await act('release-address', { address: 'anna@icloud.com', origin: 'unsubscribe' })).toEqual({
      done: 1,
    })
  })

  it('suppress, mark, and let a campaign go', async () => {
    expect(await act('suppress', { address: 'anna@icloud.com' })).toEqual({ done: 1 })
    expect(await act('mark-important', { address: 'anna@icloud.com', important: true })).toEqual({ done: 1 })
    expect((await w.engine.address('anna@icloud.com')).important).toBe(true)
    await w.engine.canary({ id: 'spring', size: 1 })
    expect(await act('release-campaign', { campaign: 'spring' })).toEqual({ done: 1 })
    expect(await act('close-incident', { incident: 'none' })).toEqual({ done: 0 })
    expect(await act('confirm-detour', { lane: 'default' })).toEqual({ done: 0 })
  })

  it.each([
    ['release-hold', { scope: 'world', id: 'x' }, 400],
    ['release-hold', { scope: 'stream' }, 400],
    ['release-address', { address: 'anna@icloud.com', origin: 'god' }, 400],
    ['release-rule', { rule: 'no-such-rule', since: 0 }, 400],
    ['release-everything', {}, 404],
    ['toString', {}, 404],
  ])('%s %j is refused with %i, and says why', async (name, body, status) => {
    const response = await w.post(`/api/actions/${name}`, body)
    expect(response.status).toBe(status)
    const { error } = (await response.json()) as { error: { message: string } }
    expect(error.message.length).toBeGreaterThan(10)
  })
})

it('the letter to Apple is written from what was recorded', async () => {
  await block()
  const request = {
    company: 'Example Shop',
    domain: 'example.com',
    ips: '192.0.2.10, 192.0.2.11',
    description: 'Receipts are refused.',
  }
  const letter = (await (await w.post('/api/report', request)).json()) as ReportAnswer
  expect(letter.text).toContain('Example Shop')
  expect(letter.text).toContain('192.0.2.11')
  expect(letter.text).toContain('550 5.7.0 Blocked')
  expect(letter.text).not.toContain('r0@icloud.com')
  const wrong = await w.post('/api/report', { ...request, ips: 'none' })
  expect(wrong.status).toBe(400)
})

it('a ledger that is out of reach is told of as such', async () => {
  await w.engine.ledger.close()
  const response = await w.get('/api/now')
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({ error: { code: 'ELEDGERCLOSED' } })
})
