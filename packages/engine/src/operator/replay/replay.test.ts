import { describe, expect, it } from 'vitest'
import { bench, replies } from '../../bench.test.fixture.ts'
import { fill, ledgers, suppressionOf } from '../ledgers.test.fixture.ts'
import { resolvePolicy } from '../../policy/policy-check.ts'
import { replayReply } from './replay-reply.ts'
import type { Engine } from '../../engine.ts'
import type { Replay, ReplayDifference, ReplayRequest } from './replay.ts'
import type { LedgerEvent } from '../../ledger/ledger.ts'

const start = Date.UTC(2026, 0, 1)
const mx = 'mx01.mail.icloud.com'

async function differencesOf(given: Replay): Promise<ReplayDifference[]> {
  const found: ReplayDifference[] = []
  for await (const difference of given) found.push(difference)
  return found
}

function replayed(engine: Engine, request?: ReplayRequest): Promise<ReplayDifference[]> {
  return differencesOf(engine.replay(request))
}

const event = (type: string, about: Record<string, unknown>, at = start): LedgerEvent => ({
  at,
  type,
  subject: 'anna@icloud.com',
  data: { messageId: 'm1', rulesVersion: '0.9.0', ...about },
})

describe.each(ledgers)('a replay, on %s', (_, open) => {
  it('finds nothing where the rules are those of then', async () => {
    const { engine, reply, deliver, time } = bench({ ledger: await open() })
    await deliver({ messageId: 'm0' })
    await reply(replies.full, { messageId: 'm1' })
    await reply(replies.blocked, { messageId: 'm2' })
    await reply(
      '550 5.7.1 [CS01] Message rejected due to local policy. See https://support.apple.com/en-us/HT204137',
      { messageId: 'm3' },
    )
    await reply('550 5.1.1 <other@icloud.com>: user does not exist', { messageId: 'm4' })
    await reply('550 5.1.1 <shop@example.com>: user does not exist', { messageId: 'm5' })
    await reply(replies.invalid, { messageId: 'm6', recipient: 'bert@icloud.com' })
    // A domain of somebody's own, whose MX is at Apple; told directly, and by a relay.
    const own = { recipient: 'carl@example.org', messageId: 'm7' }
    await reply('550 5.1.1 <carl@example.org>: user does not exist', own)
    const input = `host ${mx}[192.0.2.1] said: 550 5.1.1 <dora@example.org>: user does not exist`
    const outcome = { kind: 'reply', input, mx: 'relay.example.com' } as const
    await reply('', { recipient: 'dora@example.org', hop: 'relay', outcome })
    for (let n = 0; n < 6; n++, time.now += 8 * 86_400_000)
      await reply('550 5.1.1 <emil@icloud.com>: inactive email address', {
        recipient: 'emil@icloud.com',
        messageId: `e${n}`,
      })
    const all = engine.replay()
    expect(await differencesOf(all)).toEqual([])
    expect(all.summary).toMatchObject({ replies: expect.any(Number), withoutReply: 0, differences: 0 })
    expect(all.summary.replies).toBeGreaterThanOrEqual(12)
  })

  it('finds suppressions that would not be made any more, counts pairs, and changes nothing', async () => {
    const ledger = await open()
    const { engine } = bench({ ledger })
    const outage = '550 5.1.1 <anna@icloud.com>: user lookup success but no user record found'
    const of = (name: string, about: object) => ({
      [`${name}@icloud.com`]: { suppressions: [suppressionOf(`${name}@icloud.com`, about)] },
    })
    await fill(ledger, {
      ...of('anna', { reply: outage, rulesVersion: '0.9.0', at: start + 5 }),
      ...of('bert', { reply: outage, at: start + 6 }),
      ...of('carl', { reply: outage, at: start - 1 }),
      ...of('dora', { reply: null }),
      ...of('emil', { rule: 'no-such-rule' }),
      ...of('fritz', {}),
      ...of('greta', { origin: 'import', reply: outage }),
    })
    await ledger.write(
      [],
      [
        event('soft-bounce', { rule: 'unknown-permanent', reply: replies.invalid }),
        event('retry', { rule: 'unknown-temporary', reply: replies.full }),
        event('fail', { rule: 'mailbox-full', reply: replies.full }),
        event('delivered', { reply: '250 ok' }),
        event('suppress', { rule: 'invalid-recipient', reply: outage }),
        event('fail', { rule: 'x', reply: replies.invalid }, start - 1),
        event('fail', {
          rule: 'policy-cs01',
          reply: '550 5.7.1 relay.example.com: denied',
          heard: { mx: 'relay.example.com' },
        }),
      ],
    )
    const found = engine.replay({ since: new Date(start) })
    const differences = await differencesOf(found)
    expect(
      differences.map(({ kind, recipient, was, now }) => [kind, recipient, was.rule, now.rule, now.action]),
    ).toEqual([
      ['would-not-suppress', 'anna@icloud.com', 'invalid-recipient', 'directory-outage', 'retry'],
      ['would-not-suppress', 'bert@icloud.com', 'invalid-recipient', 'directory-outage', 'retry'],
      ['other-rule', 'emil@icloud.com', 'no-such-rule', 'invalid-recipient', 'suppress'],
      ['other-rule', 'anna@icloud.com', 'policy-cs01', null, 'pass'],
      ['other-rule', 'anna@icloud.com', 'unknown-temporary', 'mailbox-full', 'retry'],
      ['would-suppress', 'anna@icloud.com', 'unknown-permanent', 'invalid-recipient', 'suppress'],
    ])
    expect(differences[0]).toMatchObject({
      at: start + 5,
      reply: outage,
      messageId: 'm1',
      was: { action: 'suppress', rulesVersion: '0.9.0' },
    })
    expect(found.summary).toMatchObject({
      replies: 8,
      withoutReply: 1,
      differences: 6,
      kinds: { 'would-not-suppress': 2, 'would-suppress': 1, 'other-rule': 3, 'other-action': 0 },
    })
    expect(found.summary.pairs[0]).toEqual({
      was: { rule: 'invalid-recipient', action: 'suppress' },
      now: { rule: 'directory-outage', action: 'retry' },
      count: 2,
    })
    expect((await engine.address('anna@icloud.com')).suppressions).toHaveLength(1)
    expect(await engine.release({ rule: 'invalid-recipient', since: start + 5, until: start + 7 })).toBe(2)
    expect(
      (await replayed(engine, { since: start })).filter(({ kind }) => kind === 'would-not-suppress'),
    ).toEqual([])
  })

  it('goes through the whole log in slices, tells how far it is, and stops when asked to', async () => {
    const ledger = await open()
    const { engine } = bench({ ledger })
    const events = Array.from({ length: 1200 }, () => event('fail', { rule: 'x', reply: replies.full }))
    await ledger.write([], events)
    const seen: number[] = []
    expect(await replayed(engine, { progress: (replies_) => seen.push(replies_) })).toHaveLength(1200)
    expect(seen).toEqual([500, 1000, 1200])
    const stop = new AbortController()
    const stopped = replayed(engine, { signal: stop.signal, progress: () => stop.abort(new Error('enough')) })
    await expect(stopped).rejects.toThrow('enough')
  })
})

it('understands what was kept without addresses', async () => {
  const addressKeys = [{ id: 'k1', secret: 'a secret for this test alone, 32 bytes' }]
  const { engine, reply } = bench({ addressKeys })
  await reply(replies.invalid, { messageId: 'm1' })
  // The recipient's domain alone says whose reply it is; the local part alone is named.
  const outcome = { kind: 'reply', input: '550 5.1.1 <bert>: user does not exist' } as const
  await reply('', { messageId: 'm2', recipient: 'bert@icloud.com', outcome })
  await reply('550 5.1.1 <other@icloud.com>: user does not exist', {
    messageId: 'm3',
    recipient: 'c@icloud.com',
  })
  await reply('550 5.1.1 <shop@example.com>: user does not exist', {
    messageId: 'm4',
    recipient: 'd@icloud.com',
  })
  const own = { messageId: 'm5', recipient: 'dora@example.org' }
  await reply('550 5.1.1 <dora@example.org>: user does not exist', own)
  const all = engine.replay()
  expect(await differencesOf(all)).toEqual([])
  expect(all.summary.replies).toBe(5)
  let kept = ''
  for await (const entry of engine.ledger.list('')) kept += JSON.stringify(entry)
  expect(kept + JSON.stringify(await engine.ledger.events())).not.toMatch(/@(icloud|example)/)
  expect(await engine.whyNot('bert@icloud.com')).toMatchObject({
    suppressions: [{ rule: 'invalid-recipient' }],
  })
  expect(await engine.release({ rule: 'invalid-recipient' })).toBe(3)
})

describe('one reply', () => {
  const stored = (reply: string, rule: string, action: 'suppress' | 'retry' | 'soft-bounce' | 'fail') => ({
    recipient: 'anna@icloud.com',
    at: start,
    reply,
    messageId: 'm1',
    heard: { mx },
    was: { rule, action, rulesVersion: '0.9.0' },
  })
  const policy = resolvePolicy({})

  it('that took several to suppress still does, unless the policy says otherwise', () => {
    const inactive = stored(replies.inactive, 'inactive-account', 'suppress')
    expect(replayReply(inactive, policy)).toBeNull()
    const never = resolvePolicy({ rules: { 'inactive-account': { suppress: null } } })
    expect(replayReply(inactive, never)?.kind).toBe('would-not-suppress')
    const atOnce = stored(replies.inactive, 'invalid-recipient', 'suppress')
    expect(replayReply(atOnce, policy)?.kind).toBe('would-not-suppress')
  })

  it('of the same rule differs only if nothing but the rule explains it', () => {
    expect(replayReply(stored(replies.full, 'mailbox-full', 'soft-bounce'), policy)).toBeNull()
    expect(replayReply(stored(replies.inactive, 'inactive-account', 'fail'), policy)?.kind).toBe(
      'other-action',
    )
    expect(replayReply(stored(replies.invalid, 'invalid-recipient', 'fail'), policy)?.kind).toBe(
      'would-suppress',
    )
  })

  it('is understood with what was known of it', () => {
    const beforeRcpt = stored('550 5.1.1 <anna@icloud.com>: user does not exist', 'unknown-permanent', 'fail')
    expect(replayReply(beforeRcpt, policy)?.kind).toBe('would-suppress')
    const heard = { mx, phase: 'mail' } as const
    expect(replayReply({ ...beforeRcpt, heard }, policy)?.kind).not.toBe('would-suppress')
  })
})

it.each([null, 5, { since: 'x' }, { since: 5, until: 4 }])('refuses %j', (request) => {
  const { engine } = bench()
  expect(() => engine.replay(request as never)).toThrow(expect.objectContaining({ code: 'EARGUMENT' }))
})

it('names an option that it does not have', () => {
  const { engine } = bench()
  expect(() => engine.replay({ sinse: start } as never)).toThrow(
    /replay: there is no option "sinse" \(did you mean "since"\?\)/,
  )
})
