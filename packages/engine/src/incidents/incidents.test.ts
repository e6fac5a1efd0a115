import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bench } from '../bench.test.fixture.ts'
import { BreakableLedger } from '../broken-ledger.test.fixture.ts'
import { createEngine } from '../create-engine.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { sqliteLedger } from '../ledger/sqlite/sqlite-ledger.ts'
import { addresses, replay, said, type Replay } from './replay.test.fixture.ts'

const minute = 60
const day = 86_400

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'icloud-engine-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Mail to readers who are known to be good, all of whom Apple now denies. */
async function inOutage(options: Parameters<typeof replay>[0] = {}, count = 8): Promise<Replay> {
  const sender = replay(options)
  const readers = addresses(count, 'reader')
  for (const reader of readers) sender.send(reader)
  await sender.run(day)
  sender.apple = ({ address }) => said.gone(address)
  for (const reader of readers) {
    sender.send(reader)
    await sender.run(minute)
  }
  return sender
}

describe('an incident', () => {
  it('is told once, with numbers and what to do, and is in the log', async () => {
    const sender = await inOutage()
    expect(sender.alerts).toHaveLength(1)
    const [alert] = sender.alerts
    expect(alert).toMatchObject({
      kind: 'incident',
      rule: 'invalid-recipient',
      numbers: { refused: 3, attempts: 3 },
      url: null,
      reply: null,
    })
    expect(alert?.message).toContain('https://www.apple.com/support/systemstatus/')
    const [incident] = await sender.engine.incidents()
    expect(sender.incidents).toEqual([
      { type: 'opened', incident: expect.objectContaining({ id: incident?.id, endedAt: null }) },
    ])
    expect(incident).toMatchObject({
      type: 'recipients',
      rules: ['invalid-recipient'],
      numbers: { refused: 3, attempts: 3 },
      takenBack: 3,
      givenUp: 3,
      endedAt: null,
    })
    // The fourth to the eighth, and their second and third tries.
    expect(incident?.retried).toBeGreaterThanOrEqual(5)
    const { ledger } = sender.engine
    for (const type of ['incident-opened', 'alert'])
      expect(await ledger.events({ type, subject: incident?.id ?? '' })).toHaveLength(1)
    const [line] = await ledger.events({ type: 'release', subject: 'reader0@icloud.com' })
    expect(line?.data).toMatchObject({ incident: incident?.id, rule: 'invalid-recipient' })
    const [retried] = await ledger.events({ type: 'retry', subject: 'reader7@icloud.com' })
    expect(retried?.data).toMatchObject({ incident: incident?.id, rule: 'invalid-recipient' })
  })

  it('says whom it gave back, also those who were not known to be good', async () => {
    const sender = replay()
    const released: unknown[] = []
    sender.engine.on('released', (what) => released.push(what))
    const readers = addresses(3, 'reader')
    for (const reader of readers) sender.send(reader)
    await sender.run(day)
    sender.apple = ({ address }) => said.gone(address)
    for (const reader of ['new@icloud.com', ...readers]) sender.send(reader)
    await sender.run(minute)
    const [incident] = await sender.engine.incidents()
    expect(incident?.takenBack).toBe(4)
    expect(released).toContainEqual({
      suppression: expect.objectContaining({ recipient: 'new@icloud.com', rule: 'invalid-recipient' }),
      incident: incident?.id,
    })
  })

  it('covers its own rule alone: every other reply keeps its policy', async () => {
    const sender = await inOutage()
    const action = await sender.reply('550 5.1.1 <anna@icloud.com>: inactive email address')
    expect(action.type).toBe('soft-bounce')
    const gone = await sender.reply(said.gone('berta@icloud.com'), { recipient: 'berta@icloud.com' })
    expect(gone).toMatchObject({ type: 'retry', suppression: null })
    expect(gone.reason).toContain('trouble at Apple')
  })

  it('leaves unsubscribes, and suppressions of before its onset', async () => {
    const sender = replay()
    const readers = addresses(8, 'reader')
    await sender.reply(said.gone('old@icloud.com'), { recipient: 'old@icloud.com' })
    await sender.engine.recordEngagement('reader0@icloud.com', 'unsubscribe')
    for (const reader of readers) sender.send(reader)
    await sender.run(day)
    sender.apple = ({ address }) => said.gone(address)
    for (const reader of readers) sender.send(reader)
    await sender.run(minute)
    const left: string[] = []
    for await (const { recipient, origin } of sender.engine.suppressions())
      left.push(`${recipient} ${origin}`)
    expect(left.toSorted()).toEqual(['old@icloud.com reply', 'reader0@icloud.com unsubscribe'])
  })

  it('leaves who was suppressed for the same reason shortly before, when readers still got their mail', async () => {
    const sender = replay()
    const readers = addresses(8, 'reader')
    for (const reader of readers) sender.send(reader)
    await sender.run(day)
    await sender.reply(said.gone('dead@icloud.com'), { recipient: 'dead@icloud.com' })
    for (const reader of readers) sender.send(reader)
    await sender.run(2 * minute)
    sender.apple = ({ address }) => said.gone(address)
    for (const reader of readers) sender.send(reader)
    await sender.run(2 * minute)
    expect(sender.alerts).toHaveLength(1)
    expect(await sender.suppressed()).toEqual(['dead@icloud.com'])
  })

  it('puts soft bounces back to what they were', async () => {
    const sender = replay()
    const readers = addresses(4, 'reader')
    for (const reader of readers) sender.send(reader)
    await sender.run(day)
    const inactive = (address: string): string => `550 5.1.1 <${address}>: inactive email address`
    // Two days apart, for a reason of its own: it counts.
    await sender.reply(inactive('other@icloud.com'), { recipient: 'other@icloud.com', messageId: 'o1' })
    const before = await sender.engine.address('other@icloud.com')
    sender.time.now += 2 * day * 1000
    await sender.reply(inactive('other@icloud.com'), { recipient: 'other@icloud.com', messageId: 'o2' })
    expect((await sender.engine.address('other@icloud.com')).softBounces[0]?.count).toBe(2)
    sender.apple = ({ address }) => inactive(address)
    for (const reader of readers) sender.send(reader)
    await sender.run(minute)
    expect((await sender.engine.incidents())[0]?.rules).toEqual(['inactive-account'])
    for (const reader of readers) expect((await sender.engine.address(reader)).softBounces).toEqual([])
    expect((await sender.engine.address('other@icloud.com')).softBounces).toEqual(before.softBounces)
  })

  it.each(['memory', 'SQLite'])(
    'that one engine notices is obeyed by the others at once: %s',
    async (kind) => {
      const shared = memoryLedger()
      const file = join(directory, 'incidents.db')
      const open = async (): Promise<Ledger> => (kind === 'memory' ? shared : sqliteLedger(file))
      const ledger = await open()
      const sender = await inOutage({ ledger })
      const other = bench({ ledger: await open() })
      other.time.now = sender.time.now
      const action = await other.reply(said.gone('anna@icloud.com'))
      expect(action.type).toBe('retry')
      expect((await other.engine.incidents()).map(({ id }) => id)).toEqual(
        (await sender.engine.incidents()).map(({ id }) => id),
      )
      expect(sender.alerts).toHaveLength(1)
      expect(await sender.suppressed()).toEqual([])
      for (const { engine } of [sender, other]) await engine.close()
      await other.engine.ledger.close()
      await ledger.close()
    },
  )

  it('is noticed and taken back where addresses are remembered as hashes', async () => {
    const addressKeys = [{ id: 'k1', secret: 'the first secret of thirty-two bytes' }]
    const sender = await inOutage({ addressKeys })
    expect((await sender.engine.incidents()).map(({ takenBack }) => takenBack)).toEqual([3])
    expect(await sender.suppressed()).toEqual([])
    for await (const { key } of sender.engine.ledger.list('')) expect(key).not.toContain('icloud.com')
    expect((await sender.engine.address('reader0@icloud.com')).quarantine).toBeNull()
  })

  it('is seen by the numbers of all processes together', async () => {
    const ledger = memoryLedger()
    const three = [replay({ ledger }), replay({ ledger }), replay({ ledger })]
    for (const [index, sender] of three.entries()) {
      sender.send(`reader${index}@icloud.com`)
      await sender.run(day)
      sender.apple = ({ address }) => said.gone(address)
      sender.send(`reader${index}@icloud.com`)
      await sender.run(minute)
    }
    expect(three.flatMap(({ alerts }) => alerts)).toHaveLength(1)
    expect(await three[0]?.suppressed()).toEqual([])
  })

  it('takes back also what another process was late to write', async () => {
    const ledger = memoryLedger()
    let late: (() => void) | null = null
    const slow = bench({
      ledger: {
        ...ledger,
        // It has asked whether there is an incident, and writes when there is one.
        write: async (...what) => {
          if (what[1]?.[0]?.type === 'suppress') await new Promise<void>((go) => (late = go))
          return ledger.write(...what)
        },
      },
    })
    const sender = replay({ ledger })
    for (const reader of addresses(3, 'reader')) sender.send(reader)
    await sender.run(day)
    slow.time.now = sender.time.now + 1000
    const written = slow.reply(said.gone('new@icloud.com'), { recipient: 'new@icloud.com' })
    await expect.poll(() => late).not.toBeNull()
    sender.apple = ({ address }) => said.gone(address)
    for (const reader of addresses(3, 'reader')) sender.send(reader)
    await sender.run(minute)
    ;(late as (() => void) | null)?.()
    expect((await written).type).toBe('suppress')
    await sender.engine.incidents()
    expect(await sender.suppressed()).toEqual([])
  })
})

it('an incident that is over covers what was buffered while it lasted', async () => {
  const ledger = new BreakableLedger()
  const sender = await inOutage({ ledger: ledger.inner })
  const late = bench({ ledger, buffer: join(directory, 'buffer') })
  late.time.now = sender.time.now
  ledger.broken = 'all'
  const gone = await late.reply(said.gone('new@icloud.com'), { recipient: 'new@icloud.com' })
  expect(gone).toMatchObject({ durable: true, buffered: true })
  sender.apple = () => null
  await sender.run(day + 4 * 3600)
  const [incident] = await sender.engine.incidents()
  expect(incident?.endedAt).not.toBeNull()

  ledger.broken = 'no'
  late.time.now = sender.time.now
  await late.engine.close()
  expect(await sender.suppressed()).toEqual([])
  const [line] = await ledger.events({ subject: 'new@icloud.com' })
  expect(line).toMatchObject({ type: 'retry', data: { incident: incident?.id } })
})

describe('an incident that is none', () => {
  it('is ended by hand, and not seen again in the same evidence, nor in as much', async () => {
    const sender = await inOutage()
    const [incident] = await sender.engine.incidents()
    expect(await sender.engine.closeIncident(incident?.id ?? '')).toBe(true)
    expect(await sender.engine.closeIncident(incident?.id ?? '')).toBe(false)
    expect(await sender.engine.closeIncident('none')).toBe(false)
    for (const reader of addresses(8, 'reader')) sender.send(reader)
    await sender.run(10 * minute)
    const all = await sender.engine.incidents()
    expect(all.map(({ endedBy }) => endedBy)).toEqual(['hand'])
    expect(sender.alerts).toHaveLength(1)
    expect(sender.incidents.map(({ type }) => type)).toEqual(['opened', 'closed'])
    const action = await sender.reply(said.gone('anna@icloud.com'))
    expect(action.type).toBe('suppress')
  })

  it('excuses nothing that was buffered while it was open', async () => {
    const ledger = new BreakableLedger()
    const sender = await inOutage({ ledger: ledger.inner })
    const late = bench({ ledger, buffer: join(directory, 'buffer') })
    late.time.now = sender.time.now
    ledger.broken = 'all'
    await late.reply(said.gone('new@icloud.com'), { recipient: 'new@icloud.com' })
    await sender.run(minute)
    const [incident] = await sender.engine.incidents()
    await sender.engine.closeIncident(incident?.id ?? '')
    ledger.broken = 'no'
    late.time.now = sender.time.now
    await late.engine.close()
    expect(await sender.suppressed()).toEqual(['new@icloud.com'])
  })

  it('is over when nothing was seen of it for a day', async () => {
    const sender = await inOutage()
    sender.apple = () => null
    await sender.run(day + 4 * 3600)
    // Whoever asks sees it; so does the next message.
    const [incident] = await sender.engine.incidents()
    expect(incident?.endedAt).not.toBeNull()
  })
})

it('release({ incident }) takes back what its replies did to recipients that no trace is left of', async () => {
  const sender = await inOutage()
  const [incident] = await sender.engine.incidents()
  const { ledger } = sender.engine
  const suppression = {
    recipient: 'anna@icloud.com',
    origin: 'reply',
    streams: ['*'],
    at: (incident?.since ?? 0) + 1000,
    rule: 'invalid-recipient',
    rulesVersion: '1.0.0',
    reply: '',
    messageId: 'm',
    note: null,
  }
  const other = { ...suppression, recipient: 'berta@icloud.com', at: (incident?.since ?? 0) - 1000 }
  await ledger.write(
    [suppression, other].map((one) => ({
      key: `recipient/${one.recipient}`,
      expected: 0,
      value: { suppressions: [one] },
    })),
  )
  expect(await sender.engine.release({ incident: incident?.id ?? '' })).toBe(1)
  expect(await sender.suppressed()).toEqual(['berta@icloud.com'])
  expect(await sender.engine.release({ incident: 'none' })).toBe(0)
  expect((await ledger.events({ type: 'audit' }))[0]?.data).toMatchObject({
    incident: incident?.id,
    released: 1,
  })
})

it('wrong arguments are told', async () => {
  const { engine } = bench()
  await expect(engine.closeIncident(1 as never)).rejects.toMatchObject({ code: 'EARGUMENT' })
  for (const request of [{ incident: 1 }, { incident: 'one', rule: 'invalid-recipient' }])
    await expect(engine.release(request as never)).rejects.toMatchObject({ code: 'EARGUMENT' })
  expect(() => createEngine({ ledger: 'memory:', policy: { incidents: { factor: 1 } } })).toThrow(
    /policy\.incidents\.factor: expected a number from 2/,
  )
})
