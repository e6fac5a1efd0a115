import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { bench, replies } from '../bench.test.fixture.ts'
import type { Alert } from '../signals/alert.ts'

const seed = 'seed@icloud.com'
const minute = 60_000
const folder = mkdtempSync(join(tmpdir(), 'icloud-seeds-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the turn of a seed', () => {
  it('comes every ten minutes, in all processes', async () => {
    const ledger = `file:${join(folder, 'turns.db')}`
    const one = bench({ ledger })
    const other = bench({ ledger })
    const at = one.time.now
    const turns = await Promise.all([
      one.engine.takeSeedTurn(seed),
      other.engine.takeSeedTurn('Seed@iCloud.com'),
    ])
    expect(turns.map(({ type }) => type).toSorted()).toEqual(['go', 'later'])
    other.time.now = at + 10 * minute - 1
    expect(await other.engine.takeSeedTurn(seed)).toEqual({ type: 'later', at: at + 10 * minute })
    other.time.now++
    expect(await other.engine.takeSeedTurn(seed)).toEqual({ type: 'go', at: other.time.now })
    expect(await other.engine.takeSeedTurn('other@icloud.com')).toMatchObject({ type: 'go' })
    await Promise.all([one.engine.close(), other.engine.close()])
  })

  it('does not wait for a clock that was set back', async () => {
    const { engine, time } = bench()
    await engine.takeSeedTurn(seed)
    time.now -= 86_400_000
    expect(await engine.takeSeedTurn(seed)).toMatchObject({ type: 'go' })
  })

  it('is forgotten with the seed', async () => {
    const { engine } = bench()
    await engine.takeSeedTurn(seed)
    expect(await engine.address(seed)).toMatchObject({ seed: true })
    expect(await engine.forgetSeed(seed)).toBe(true)
    expect(await engine.address(seed)).toMatchObject({ seed: false })
    expect(await engine.seeds()).toEqual([])
    expect(await engine.forgetSeed(seed)).toBe(false)
  })
})

describe('placements', () => {
  it('are a series, with an alert when the placement of a stream changes', async () => {
    const { engine, time } = bench()
    const alerts: Alert[] = []
    engine.on('alert', (alert) => alerts.push(alert))
    await engine.takeSeedTurn(seed)
    const found = (
      placement: 'inbox' | 'junk' | 'missing' | 'unknown',
      stream = 'marketing',
    ): Promise<unknown> => engine.recordPlacement(seed, { at: time.now++, stream, placement, seconds: 4 })
    expect(await found('inbox')).toEqual({ changed: false, before: null })
    expect(await found('junk', 'transactional')).toEqual({ changed: false, before: null })
    expect(await found('unknown')).toEqual({ changed: false, before: 'inbox' })
    expect(await found('inbox')).toEqual({ changed: false, before: 'inbox' })
    expect(alerts).toEqual([])
    expect(await found('junk')).toEqual({ changed: true, before: 'inbox' })
    expect(await found('junk')).toEqual({ changed: false, before: 'junk' })
    expect(alerts).toMatchObject([
      { kind: 'placement-changed', subject: seed, rule: null, numbers: { seconds: 4 } },
    ])
    expect(alerts[0]?.message).toMatch(
      /^Test mail of marketing to this seed is in Junk; before it was in the inbox\. Look/,
    )
    const [known] = await engine.seeds()
    expect(known).toMatchObject({ address: seed })
    expect(known?.results.map(({ placement }) => placement)).toEqual([
      'inbox',
      'junk',
      'unknown',
      'inbox',
      'junk',
      'junk',
    ])
    expect(await engine.ledger.events({ type: 'alert' })).toMatchObject([
      { subject: seed, data: { kind: 'placement-changed' } },
    ])
    expect(await engine.ledger.events({ type: 'placement' })).toHaveLength(6)
  })

  it('are the last 200, and show no control characters of others', async () => {
    const { engine, time } = bench()
    await engine.takeSeedTurn(seed)
    for (let i = 0; i < 201; i++)
      await engine.recordPlacement(seed, { at: time.now + i, placement: 'other', folder: 'a\u001b[2J' })
    const [known] = await engine.seeds()
    expect(known?.results).toHaveLength(200)
    expect(known?.results[0]).toEqual({
      at: time.now + 1,
      stream: 'transactional',
      placement: 'other',
      folder: 'a\\u001b[2J',
      seconds: null,
      reason: null,
    })
  })

  it.each([
    ['an address that had no turn', { at: 0, placement: 'inbox' }, /no seed; call takeSeedTurn/],
    ['another placement', { at: 0, placement: 'spam' }, /placement must be inbox, junk/],
    ['no time', { placement: 'inbox' }, /at must be milliseconds/],
    ['seconds before the send', { at: 0, placement: 'inbox', seconds: -1 }, /seconds must be/],
  ])('refuse %s', async (_, result, message) => {
    const wrong = bench().engine.recordPlacement(seed, result as never)
    await expect(wrong).rejects.toMatchObject({ code: 'EARGUMENT', message: expect.stringMatching(message) })
  })

  it('stand under a hash if addresses do', async () => {
    const addressKeys = [{ id: 'k1', secret: 'x'.repeat(40) }]
    const { engine, time } = bench({ addressKeys })
    await engine.takeSeedTurn(seed)
    await engine.recordPlacement(seed, { at: time.now, placement: 'inbox', reason: `to ${seed}` })
    expect(await engine.takeSeedTurn(seed)).toMatchObject({ type: 'later' })
    const stored: unknown[] = [await engine.ledger.events({})]
    for await (const entry of engine.ledger.list('')) stored.push(entry)
    expect(JSON.stringify(stored)).not.toContain('seed@')
  })
})

describe('mail to a seed', () => {
  const slow = '421 4.7.0 [CS01] too many connections, slow down'

  it('counts for no lane, hold, rate or incident', async () => {
    const { engine, reply, deliver, time } = bench()
    const told = vi.fn<(payload: unknown) => void>()
    for (const event of ['alert', 'incident', 'released', 'halfOpen'] as const) engine.on(event, told)
    await engine.takeSeedTurn(seed)
    const before = await engine.rates({ window: 'hour' })
    await deliver({ recipient: seed, messageId: 'ok' })
    for (let i = 0; i < 50; i++)
      await reply(i % 2 === 0 ? replies.blocked : slow, { recipient: seed, messageId: `m${i}` })
    expect(await engine.holds()).toEqual([])
    expect(await engine.incidents()).toEqual([])
    expect(await engine.rates({ window: 'hour' })).toEqual(before)
    expect(await engine.lanes()).toEqual([])
    expect(told).not.toHaveBeenCalled()
    expect((await engine.ledger.events({ subject: seed, limit: 1 }))[0]?.data).toMatchObject({ seed: true })
    // The same from somebody else closes the lane.
    await reply(replies.blocked, { recipient: 'anna@icloud.com', messageId: 'n1' })
    expect(await engine.holds()).toMatchObject([{ scope: 'sending-ip' }])
    time.now += 1
  })

  it('is never the probe of a hold, and opens none', async () => {
    const { engine, reply, admit, deliver, time } = bench()
    await engine.takeSeedTurn(seed)
    await reply(replies.blocked)
    const [hold] = await engine.holds()
    time.now = (hold?.until ?? 0) + 1
    const [held] = await admit({ recipients: [seed], messageId: 'test' })
    expect(held).toMatchObject({ decision: 'held', rule: 'proofpoint-block' })
    expect(held?.decision === 'held' && held.retryAt).toBeGreaterThan(time.now)
    await deliver({ recipient: seed, messageId: 'test' })
    expect(await engine.holds()).toHaveLength(1)
    expect(await engine.rates({ window: 'hour' })).toMatchObject({ held: 0 })
    // The probe is still there for others.
    expect(await admit({ messageId: 'm2' })).toMatchObject([{ decision: 'send' }])
  })

  it('is suppressed if Apple says that the seed is gone', async () => {
    const { engine, reply } = bench()
    await engine.takeSeedTurn(seed)
    const gone = '550 5.1.1 <seed@icloud.com>: user does not exist'
    expect(await reply(gone, { recipient: seed })).toMatchObject({ type: 'suppress' })
    expect(await engine.address(seed)).toMatchObject({ seed: true, suppressions: [{ origin: 'reply' }] })
    await engine.release({ address: seed })
    expect(await engine.address(seed)).toMatchObject({ seed: true, suppressions: [] })
  })
})
