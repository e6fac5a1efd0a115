import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { bench, quiet, replies } from './bench.test.fixture.ts'
import { BreakableLedger } from './broken-ledger.test.fixture.ts'
import type { Engine, EngineEvents } from './engine.ts'
import { memoryLedger } from './ledger/memory-ledger.ts'
import type { RecordRequest } from './record/outcome.ts'

let directory = ''

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'icloud-engine-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function throwing(): never {
  throw new Error('listener')
}

/** As an async listener in JavaScript would. */
function rejecting(): unknown {
  return Promise.reject(new Error('listener'))
}

describe('the engine', () => {
  it('suppresses an address that does not exist, and no other', async () => {
    const { engine, admit, reply } = bench()
    expect(await reply(replies.invalid)).toMatchObject({ type: 'suppress', durable: true })
    const answers = await admit({ recipients: ['berta@icloud.com', 'ANNA@ICLOUD.COM', 'anna@example.org'] })
    expect(answers.map(({ recipient, decision }) => [recipient, decision])).toEqual([
      ['berta@icloud.com', 'send'],
      ['ANNA@ICLOUD.COM', 'suppressed'],
      ['anna@example.org', 'send'],
    ])
    expect(await engine.address('Anna@iCloud.com')).toMatchObject({
      recipient: 'anna@icloud.com',
      suppressions: [{ rule: 'invalid-recipient', origin: 'reply', reply: replies.invalid }],
    })
    const all = []
    for await (const suppression of engine.suppressions()) all.push(suppression.recipient)
    expect(all).toEqual(['anna@icloud.com'])
  })

  it('holds nothing against a recipient that was said before RCPT TO', async () => {
    const { engine, admit } = bench()
    const base = { recipient: 'anna@icloud.com', sender: 'shop@example.com', messageId: 'm1' }
    const outcome = {
      kind: 'reply',
      input: replies.invalid,
      mx: 'mx01.mail.icloud.com',
      phase: 'mail',
    } as const
    expect(await engine.record({ ...base, outcome })).toMatchObject({ type: 'fail', suppression: null })
    expect(await admit()).toMatchObject([{ decision: 'send' }])
  })

  it("leaves another server's replies alone, and does not touch the ledger for them", async () => {
    const ledger = new BreakableLedger()
    const { reply, engine } = bench({ ledger })
    const outcome = { kind: 'reply', input: replies.invalid, mx: 'mx.example.org' } as const
    const action = await engine.record({ recipient: 'a@example.org', sender: '', messageId: 'x', outcome })
    expect(action).toMatchObject({ type: 'pass', recipient: 'a@example.org' })
    expect(await reply(replies.invalid, { outcome })).toMatchObject({ type: 'pass' })
    expect(ledger.reads + ledger.writes).toBe(0)
  })

  it('needs one read to admit and one read and one write to record', async () => {
    const ledger = new BreakableLedger()
    const { engine, admit, deliver, reply } = bench({ ledger })
    await ledger.countAfterFirstLook(engine)
    await admit({ recipients: Array.from({ length: 1000 }, (_, n) => `a${n}@icloud.com`) })
    expect([ledger.reads, ledger.writes]).toEqual([1, 0])
    await deliver()
    expect([ledger.reads, ledger.writes]).toEqual([2, 1])
    await reply(replies.full)
    expect([ledger.reads, ledger.writes]).toEqual([3, 2])
    await deliver({ hop: 'relay' })
    expect([ledger.reads, ledger.writes]).toEqual([3, 2])
  })

  it('admits what is no address, and passes replies about it', async () => {
    const { admit, reply } = bench()
    expect(
      (await admit({ recipients: ['', 'no address', `${'x'.repeat(400)}@icloud.com`] })).map(
        (a) => a.decision,
      ),
    ).toEqual(['send', 'send', 'send'])
    expect((await reply(replies.invalid, { recipient: 'no address' })).type).toBe('pass')
  })

  it.each([
    ['no recipients', (engine: Engine) => engine.admit({ sender: '' } as never)],
    [
      'a recipient that is no string',
      (engine: Engine) => engine.admit({ sender: '', recipients: [1] as never }),
    ],
    ['no request', (engine: Engine) => engine.record(undefined as never)],
    ['no outcome', (engine: Engine) => engine.record({ recipient: 'a@icloud.com', messageId: '1' } as never)],
    [
      'a stream that is no string',
      (engine: Engine) => engine.admit({ sender: '', recipients: [], stream: {} as never }),
    ],
    [
      'an unknown hop',
      (engine: Engine) => engine.admit({ sender: '', recipients: [], hop: 'smtp' as never }),
    ],
    ['no address', (engine: Engine) => engine.address('anna')],
    [
      'an unknown origin',
      (engine: Engine) => engine.suppress({ recipient: 'a@icloud.com', origin: 'reply' as never }),
    ],
    ['nothing to release', (engine: Engine) => engine.release({} as never)],
  ])('refuses a call with %s by EARGUMENT', async (_, call) => {
    await expect(call(bench().engine)).rejects.toMatchObject({ code: 'EARGUMENT' })
  })

  it('mends odd names of streams and lanes, so that they cannot reach into other keys', async () => {
    const { engine, reply } = bench()
    await reply(replies.blocked, { lane: '../x/%\u0000y'.repeat(20) })
    const [hold] = await engine.holds()
    expect(hold?.id).toMatch(/^[\w.]{64}$/)
  })

  it('holds a blocked IP, tells it, and lets exactly one of many at once through as the probe', async () => {
    const { engine, time, admit, reply, deliver } = bench()
    await reply(replies.blocked)
    expect(await engine.holds()).toEqual([
      {
        scope: 'sending-ip',
        id: 'default',
        rule: 'proofpoint-block',
        since: time.now,
        until: time.now + 3_600_000,
        reply: replies.blocked,
      },
    ])
    time.now += 3_600_000
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        admit({ recipients: [`a${n}@icloud.com`, 'b@icloud.com'], messageId: `p${n}` }),
      ),
    )
    const probes = answers.filter((pair) => pair.some(({ decision }) => decision === 'send'))
    expect(probes).toHaveLength(1)
    expect(probes[0]?.map(({ decision }) => decision)).toEqual(['send', 'send'])
    const released = vi.fn<(payload: EngineEvents['released']) => void>()
    engine.on('released', released)
    const winner = answers.indexOf(probes[0]!)
    await deliver({ recipient: 'b@icloud.com', messageId: `p${winner}` })
    expect(released).toHaveBeenCalledExactlyOnceWith({ hold: { scope: 'sending-ip', id: 'default' } })
    expect(await engine.holds()).toEqual([])
  })

  it('knows a probe by its recipient, if the host did not give its message', async () => {
    const { engine, time, admit, reply, deliver } = bench()
    await reply(replies.blocked)
    time.now += 3_600_000
    const pair = await admit({ recipients: ['anna@icloud.com', 'berta@icloud.com'] })
    expect(pair.map(({ decision }) => decision)).toEqual(['send', 'held'])
    await deliver({ recipient: 'berta@icloud.com' })
    expect(await engine.holds()).toHaveLength(1)
    await deliver({ messageId: 'any' })
    expect(await engine.holds()).toEqual([])
  })

  it('loses no outcome to another engine on the same ledger', async () => {
    const ledger = memoryLedger()
    const [one, other] = [bench({ ledger }), bench({ ledger })]
    const busy = '451 4.7.1 Service unavailable - try again later'
    const pairs = Array.from({ length: 10 }, () => [one.reply(busy), other.reply(busy)])
    const tries = (await Promise.all(pairs.flat())).map(({ attempts }) => attempts)
    expect(tries.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
  })

  it('counts every one of many replies at once', async () => {
    const { engine, reply } = bench()
    await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        reply(replies.inactive, { recipient: 'anna@icloud.com', messageId: `m${n}`, stream: `s${n}` }),
      ),
    )
    expect(
      (await engine.ledger.events({ limit: 1000 })).filter(({ type }) => type === 'soft-bounce'),
    ).toHaveLength(40)
  })

  it('remembers every one of many replies at once for one recipient, on a file too', async () => {
    const { engine, reply } = bench({ ledger: `file:${join(directory, 'crowd.db')}` })
    const actions = await Promise.all(
      Array.from({ length: 300 }, (_, n) => reply(replies.full, { messageId: `m${n}` })),
    )
    expect(actions.every(({ durable }) => durable)).toBe(true)
    await Promise.all(actions.map((_, n) => reply(replies.inactive, { messageId: `m${n}` })))
    expect((await engine.address('anna@icloud.com')).softBounces).toMatchObject([
      { rule: 'inactive-account', count: 1 },
    ])
    await engine.close()
  })

  it('lets nobody but a relay quote Apple', async () => {
    const { engine, admit, reply } = bench()
    const listener = vi.fn<(payload: unknown) => void>()
    for (const event of ['held', 'suppressed', 'failed'] as const) engine.on(event, listener)
    const quoting = (text: string): Partial<RecordRequest> => ({
      recipient: 'carl@example.org',
      outcome: {
        kind: 'reply',
        input: `550 host mx01.mail.icloud.com[192.0.2.25] said: ${text} (in reply to RCPT TO command)`,
        mx: 'mx.attacker.example',
      },
    })
    const texts = [replies.blocked, '550 5.1.1 <carl@example.org>: user does not exist', replies.invalid]
    for (const text of texts)
      expect(await reply('', quoting(text))).toMatchObject({ type: 'pass', holds: [] })
    expect(await engine.holds()).toEqual([])
    expect(await admit({ recipients: ['anna@icloud.com', 'carl@example.org'] })).toMatchObject([
      { decision: 'send' },
      { decision: 'send' },
    ])
    expect(await engine.ledger.events()).toEqual([])
    expect(listener).not.toHaveBeenCalled()
  })

  it("takes the word of Apple's hosts that have no domain", async () => {
    const outcome = {
      kind: 'reply',
      input: replies.invalid,
      mx: 'p00-iscream-smtp-7b95d6f6c9-64bmv',
    } as const
    expect(await bench().reply('', { outcome })).toMatchObject({ type: 'suppress' })
  })

  it("takes Apple's reply for Apple's, also if a relay passes it on", async () => {
    const { admit, reply, engine } = bench()
    const said = (text: string): RecordRequest['outcome'] => ({
      kind: 'reply',
      input: `host mx01.mail.icloud.com[192.0.2.25] said: ${text} (in reply to RCPT TO command)`,
      mx: 'relay.example.com',
    })
    const relayed = { hop: 'relay' } as const
    expect(await reply('', { ...relayed, outcome: said(replies.blocked) })).toMatchObject({
      type: 'hold',
      holds: [],
    })
    expect(await engine.holds()).toEqual([])
    expect(await reply('', { ...relayed, outcome: said(replies.invalid) })).toMatchObject({
      type: 'suppress',
    })
    expect((await admit(relayed))[0]?.decision).toBe('suppressed')
  })

  it('tells events, and lets no listener disturb it', async () => {
    const { engine, reply, deliver } = bench()
    const seen: string[] = []
    const names = ['delivered', 'suppressed', 'softBounced', 'retry', 'failed', 'held', 'unknown'] as const
    for (const name of names) engine.on(name, ({ recipient }) => seen.push(`${name} ${recipient}`))
    engine.on('delivered', throwing)
    engine.on('retry', rejecting)
    quiet.error.mockClear()
    await deliver()
    await reply(replies.full)
    await reply(replies.inactive)
    await reply('554 5.7.1 something new from Apple')
    await reply(replies.blocked)
    await reply('550 5.1.1 <berta@icloud.com>: user does not exist', { recipient: 'berta@icloud.com' })
    expect(seen).toEqual([
      ...['delivered', 'retry', 'softBounced', 'failed', 'unknown', 'held'].map(
        (name) => `${name} anna@icloud.com`,
      ),
      'suppressed berta@icloud.com',
    ])
    expect(quiet.error).toHaveBeenCalledTimes(2)
    engine.off('delivered', throwing)
    await deliver()
    expect(quiet.error).toHaveBeenCalledTimes(2)
  })

  it('writes a bounded log of what happened', async () => {
    const { engine, reply, deliver } = bench()
    await deliver({ outcome: { kind: 'delivered', text: `250 2.0.0 Ok: ${'q'.repeat(5000)}` } })
    await reply(`${replies.full} ${'z'.repeat(5000)}`)
    const events = await engine.ledger.events({ subject: 'anna@icloud.com' })
    expect(events.map(({ type }) => type)).toEqual(['retry', 'delivered'])
    expect(events.every(({ data }) => String(data.reply).length === 1000)).toBe(true)
  })
})
