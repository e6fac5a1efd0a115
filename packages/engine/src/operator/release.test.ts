import { describe, expect, it } from 'vitest'
import { bench, replies } from '../bench.test.fixture.ts'
import type { EngineEvents } from '../engine.ts'
import { recipientKey, type RecipientState } from '../state/state.ts'
import type { Suppression } from '../state/suppression.ts'
import { fill, ledgers, overtaken, suppressionOf } from './ledgers.test.fixture.ts'

const day = 86_400_000
const start = Date.UTC(2026, 0, 1)

const count = (rule: string, firstAt: number, lastAt: number) => ({
  rule,
  count: 2,
  firstAt,
  lastAt,
  messageIds: ['m1', 'm2'],
})

/** Recipients by what is to stay of them when the rule `invalid-recipient` is released from the second day on. */
function world(): Record<string, RecipientState> {
  const of = (recipient: string, about: Partial<Suppression> = {}): RecipientState => ({
    suppressions: [suppressionOf(recipient, about)],
    deliveredAt: start,
  })
  return {
    'early@icloud.com': of('early@icloud.com', { at: start + day - 1 }),
    'first@icloud.com': of('first@icloud.com', { at: start + day }),
    'last@icloud.com': of('last@icloud.com', { at: start + 2 * day - 1 }),
    'late@icloud.com': of('late@icloud.com', { at: start + 2 * day }),
    'other@icloud.com': of('other@icloud.com', { at: start + day, rule: 'inactive-account' }),
    'left@icloud.com': {
      suppressions: [
        suppressionOf('left@icloud.com', { origin: 'unsubscribe', rule: null, at: start + day }),
        suppressionOf('left@icloud.com', { at: start + day }),
      ],
      softBounces: [
        count('invalid-recipient', start, start + day),
        count('inactive-account', start, start + day),
      ],
    },
  }
}

describe.each(ledgers)('a release by rule and time, on %s', (_, open) => {
  it('touches what that rule did in that time, and the counts that led to it', async () => {
    const ledger = await open()
    const { engine } = bench({ ledger })
    await fill(ledger, world())
    const released: string[] = []
    engine.on('released', (what: EngineEvents['released']) => {
      if ('suppression' in what) released.push(what.suppression.recipient)
    })
    const request = {
      rule: 'invalid-recipient',
      since: new Date(start + day),
      until: start + 2 * day,
      by: 'ops@example.com',
      note: 'incident 7',
    }
    expect(await engine.release({ ...request, dryRun: true })).toBe(3)
    expect(released).toEqual([])
    expect((await engine.address('first@icloud.com')).suppressions).toHaveLength(1)

    expect(await engine.release(request)).toBe(3)
    expect(released).toEqual(['first@icloud.com', 'last@icloud.com', 'left@icloud.com'])
    const rest: string[] = []
    for await (const { recipient, origin } of engine.suppressions()) rest.push(`${recipient} ${origin}`)
    expect(rest).toEqual([
      'early@icloud.com reply',
      'late@icloud.com reply',
      'left@icloud.com unsubscribe',
      'other@icloud.com reply',
    ])
    const left = await engine.address('left@icloud.com')
    expect(left.softBounces.map(({ rule }) => rule)).toEqual(['inactive-account'])
    expect((await engine.address('first@icloud.com')).lastDeliveredAt).toBe(start)

    expect(await ledger.events({ subject: 'first@icloud.com' })).toMatchObject([
      {
        type: 'release',
        data: { origin: 'reply', suppressions: 1, by: 'ops@example.com', note: 'incident 7' },
      },
    ])
    expect((await ledger.events({ type: 'audit' })).map(({ data }) => data)).toMatchObject([
      { step: 'done', recipients: 6, released: 3, rule: 'invalid-recipient', since: start + day },
      { step: 'begun', by: 'ops@example.com', note: 'incident 7', until: start + 2 * day },
    ])
    expect(await engine.release(request)).toBe(0)
  })

  it('takes doubts back, and leaves those of another time', async () => {
    const ledger = await open()
    const { engine } = bench({ ledger })
    const doubt = (at: number): RecipientState => ({
      quarantine: { rule: 'invalid-recipient', at, until: at + day, reply: 'r', messageId: 'm1' },
      important: true,
    })
    await fill(ledger, { 'a@icloud.com': doubt(start), 'b@icloud.com': doubt(start + day) })
    expect(await engine.release({ rule: 'invalid-recipient', since: start + day })).toBe(0)
    expect((await engine.address('a@icloud.com')).quarantine).not.toBeNull()
    expect(await engine.address('b@icloud.com')).toMatchObject({ quarantine: null, important: true })
  })

  it('takes counts back that lie wholly within the time, also where nobody was suppressed', async () => {
    const ledger = await open()
    const { engine } = bench({ ledger })
    const counted = (firstAt: number, lastAt: number): RecipientState => ({
      softBounces: [count('inactive-account', firstAt, lastAt)],
    })
    await fill(ledger, {
      'a@icloud.com': counted(start, start + day),
      'b@icloud.com': counted(start + day, start + day),
    })
    expect(await engine.release({ since: start + day })).toBe(0)
    expect((await engine.address('a@icloud.com')).softBounces).toHaveLength(1)
    expect((await engine.address('b@icloud.com')).softBounces).toHaveLength(0)
  })

  it('decides anew on what others wrote meanwhile', async () => {
    const inner = await open()
    const newer = suppressionOf('b@icloud.com', { at: start + 9 * day, reply: 'newer' })
    const ledger = overtaken(inner, async () => {
      const [b, c] = await inner.read([recipientKey('b@icloud.com'), recipientKey('c@icloud.com')])
      await inner.write([
        { key: recipientKey('b@icloud.com'), expected: b?.version ?? 0, value: { suppressions: [newer] } },
        { key: recipientKey('c@icloud.com'), expected: c?.version ?? 0, value: null },
      ])
    })
    const { engine } = bench({ ledger })
    const names = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}@icloud.com`)
    await fill(
      inner,
      Object.fromEntries(names.map((name) => [name, { suppressions: [suppressionOf(name)] }])),
    )
    expect(await engine.release({ rule: 'invalid-recipient', until: start + day })).toBe(3)
    expect((await engine.address('b@icloud.com')).suppressions).toEqual([newer])
    expect((await engine.address('e@icloud.com')).suppressions).toEqual([])
  })

  it('goes through many in slices, tells how far it is, and stops when asked to', async () => {
    const ledger = await open()
    const { engine } = bench({ ledger })
    const names = Array.from({ length: 1200 }, (__, n) => `r${String(n).padStart(5, '0')}@icloud.com`)
    await fill(
      ledger,
      Object.fromEntries(names.map((name) => [name, { suppressions: [suppressionOf(name)] }])),
    )
    const stop = new AbortController()
    const seen: [number, number][] = []
    const stopped = engine.release({
      rule: 'invalid-recipient',
      signal: stop.signal,
      progress: (done, released) => {
        seen.push([done, released])
        if (done === 500) stop.abort(new Error('enough'))
      },
    })
    await expect(stopped).rejects.toThrow('enough')
    expect(seen).toEqual([
      [250, 250],
      [500, 500],
    ])
    expect((await ledger.events({ type: 'audit', limit: 1 }))[0]?.data).toMatchObject({
      step: 'stopped',
      released: 500,
    })
    let turns = 0
    let next: NodeJS.Immediate
    const tick = (): void => {
      turns++
      next = setImmediate(tick)
    }
    next = setImmediate(tick)
    expect(await engine.release({ rule: 'invalid-recipient' })).toBe(700)
    clearImmediate(next)
    expect(turns).toBeGreaterThan(0)
  })
})

describe('what a release refuses', () => {
  it.each([
    {},
    { until: 1 },
    { rule: 5 },
    { rule: '' },
    { since: 'yesterday' },
    { since: new Date('no date') },
    { since: 5, until: 5 },
    { rule: 'invalid-recipient', note: 5 },
    { rule: 'invalid-recipient', origin: 'unsubscribe' },
    { address: 'anna@icloud.com', rule: 'invalid-recipient' },
    { address: 'anna@icloud.com', dryRun: true },
    { address: 'anna@icloud.com', origin: 'unsubscribed' },
    null,
    'anna@icloud.com',
  ])('%j', async (request) => {
    const { engine, reply } = bench()
    await reply(replies.invalid)
    await expect(engine.release(request as never)).rejects.toMatchObject({ code: 'EARGUMENT' })
    expect((await engine.address('anna@icloud.com')).suppressions).toHaveLength(1)
  })

  it('an origin other than reply ends by address and name only, and that is written down', async () => {
    const { engine } = bench()
    await engine.suppress({ recipient: 'anna@icloud.com', origin: 'complaint' })
    expect(await engine.release({ since: 0 })).toBe(0)
    expect(await engine.release({ address: 'anna@icloud.com' })).toBe(0)
    expect(await engine.ledger.events({ type: 'release' })).toEqual([])
    const why = { by: 'ops@example.com', note: 'asked by phone' }
    expect(await engine.release({ address: 'anna@icloud.com', origin: 'complaint', ...why })).toBe(1)
    expect((await engine.ledger.events({ type: 'release' }))[0]).toMatchObject({
      subject: 'anna@icloud.com',
      data: { origin: 'complaint', streams: ['!transactional'], suppressions: 1, ...why },
    })
  })
})
