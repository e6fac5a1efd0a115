import { describe, expect, it } from 'vitest'
import { addresses, replay, said, type Apple, type Replay } from './replay.test.fixture.ts'

const minute = 60
const hour = 60 * minute
const day = 24 * hour

/** A sender whose readers got mail every day of the last three. */
async function known(readers: readonly string[], dead: readonly string[] = []): Promise<Replay> {
  const sender = replay()
  for (let days = 0; days < 3; days++) {
    for (const reader of [...readers, ...dead]) sender.send(reader)
    await sender.run(day)
  }
  sender.attempts.clear()
  return sender
}

/** Every second reader is not found for an hour, whoever is dead always. */
function outage(sender: Replay, dead: readonly string[], say: (address: string) => string): Apple {
  const start = sender.time.now
  let count = 0
  return ({ address, at }) => {
    if (dead.includes(address)) return said.gone(address)
    return at < start + hour * 1000 && count++ % 2 === 0 ? say(address) : null
  }
}

describe.each([
  ['plain', said.gone],
  ['in Apple’s own words', said.noRecord],
] as const)('the outage of 2021-04-26, %s', (_, say) => {
  it('costs no reader of a sender of many, and no dead recipient is asked for ever', async () => {
    const readers = addresses(600, 'reader')
    const gone = addresses(6, 'gone')
    const strangers = addresses(30, 'stranger')
    const sender = await known(readers, gone)
    const start = sender.time.now
    sender.apple = outage(sender, [...gone, ...strangers], say)
    // Ten a minute for an hour, and a stranger who is dead every other minute.
    for (let minutes = 0; minutes < 60; minutes++) {
      for (const reader of readers.slice(minutes * 10, minutes * 10 + 10)) sender.send(reader)
      const stranger = strangers[minutes / 2]
      if (stranger !== undefined) sender.send(stranger)
      const lost = gone[minutes / 10]
      if (lost !== undefined) sender.send(lost)
      await sender.run(minute)
    }
    await sender.run(4 * hour)
    // Afterwards there is ordinary mail.
    for (let hours = 0; hours < 24; hours++) {
      for (const reader of readers.slice(hours * 25, hours * 25 + 25)) sender.send(reader)
      await sender.run(hour)
    }
    expect((await sender.suppressed()).filter((address) => readers.includes(address))).toEqual([])
    expect(sender.alerts).toHaveLength(1)
    const [incident] = await sender.engine.incidents()
    expect(incident?.endedBy).toBe('recovered')
    expect(incident?.since).toBeLessThanOrEqual(start)
    expect((incident?.endedAt ?? Infinity) - start).toBeLessThan(3 * hour * 1000)
    expect((incident?.detectedAt ?? Infinity) - start).toBeLessThan(2 * minute * 1000)
    // Every one who is dead is known as that after the next two, and was not asked often.
    const dead = [...gone, ...strangers]
    for (let number = 0; number < 2; number++) {
      for (const address of dead) sender.send(address)
      await sender.run(3 * day)
    }
    expect((await sender.suppressed()).toSorted()).toEqual(dead.toSorted())
    for (const address of dead) expect(sender.attempts.get(address)).toBeLessThanOrEqual(7)
  })

  it('costs no reader of a sender of ten messages a day', async () => {
    const readers = addresses(10, 'reader')
    const sender = await known(readers)
    sender.apple = outage(sender, [], say)
    for (const reader of readers) {
      sender.send(reader)
      await sender.run(6 * minute)
    }
    await sender.run(2 * day)
    expect(await sender.suppressed()).toEqual([])
    expect(sender.alerts).toHaveLength(1)
    // Whoever was given back gets mail again.
    const [admission] = await sender.admit({ recipients: ['reader0@icloud.com'] })
    expect(admission?.decision).toBe('send')
  })
})

it('an outage that meets too few of ten messages a day to be seen costs nobody either: they are in doubt, and no more', async () => {
  const readers = addresses(10, 'reader')
  const sender = await known(readers)
  const start = sender.time.now
  sender.apple = ({ address, at }) => (at < start + hour * 1000 ? said.gone(address) : null)
  for (const reader of readers) {
    sender.send(reader)
    await sender.run(0.6 * hour)
  }
  expect(sender.ends['soft-bounce']).toBe(2)
  expect(sender.alerts).toEqual([])
  for (const reader of readers) sender.send(reader)
  await sender.run(3 * day)
  expect(await sender.suppressed()).toEqual([])
  expect((await sender.engine.address('reader0@icloud.com')).quarantine).toBeNull()
})

describe('an HM08 storm', () => {
  const streams = [
    { sender: 'login@example.com', stream: 'transactional' },
    { sender: 'news@example.org', stream: 'marketing' },
    { sender: 'receipts@shop.example', stream: 'transactional' },
  ]

  /** A sender with several streams and domains; each reader gets mail of one. */
  async function sending(readers: readonly string[]): Promise<Replay> {
    const sender = replay()
    for (let days = 0; days < 3; days++) {
      readers.forEach((reader, index) => sender.send(reader, streams[index % streams.length]))
      await sender.run(day)
    }
    return sender
  }

  it('that refuses every message of all streams and senders is Apple’s trouble: nearly all of it arrives later', async () => {
    const readers = addresses(300, 'reader')
    const sender = await sending(readers)
    const before = sender.ends.delivered ?? 0
    const start = sender.time.now
    sender.apple = ({ at }) => (at < start + 2 * hour * 1000 ? said.hm08 : null)
    for (let minutes = 0; minutes < 100; minutes++) {
      for (let index = minutes * 3; index < minutes * 3 + 3; index++)
        sender.send(readers[index] ?? '', streams[index % streams.length])
      await sender.run(minute)
    }
    // Behind a hold of six hours and a probe an hour nobody would get a login code in time.
    await sender.run(5 * hour)
    expect(sender.alerts).toHaveLength(1)
    expect(sender.alerts[0]?.message).toContain('all streams')
    expect(await sender.suppressed()).toEqual([])
    const [incident] = await sender.engine.incidents()
    expect(incident).toMatchObject({ type: 'policy', rules: ['policy-hm08'], endedBy: 'recovered' })
    expect(await sender.engine.holds()).toEqual([])
    expect(sender.ends.fail).toBe(incident?.givenUp)
    expect(sender.ends.fail).toBeLessThan(15)
    expect((sender.ends.delivered ?? 0) - before + (sender.ends.fail ?? 0)).toBe(300)
  })

  it('on one stream, or of one sender, is its own trouble and keeps its policy', async () => {
    for (const isHit of [
      ({ stream }: { stream: string }) => stream === 'marketing',
      ({ sender }: { sender: string }) => sender.endsWith('@example.com'),
    ]) {
      const readers = addresses(300, 'reader')
      const sender = await sending(readers)
      sender.apple = (attempt) => (isHit(attempt) ? said.hm08 : null)
      readers.forEach((reader, index) => sender.send(reader, streams[index % streams.length]))
      await sender.run(hour)
      expect(sender.alerts).toEqual([])
      expect(await sender.engine.incidents()).toEqual([])
      expect((await sender.engine.holds()).map(({ rule }) => rule)).toEqual(['policy-hm08'])
    }
  })
})

it('an old list full of dead addresses is no incident: they are suppressed at the first try', async () => {
  const readers = addresses(200, 'reader')
  const sender = await known(readers)
  const list = addresses(400, 'old')
  sender.apple = ({ address }) => (address.startsWith('old') ? said.gone(address) : null)
  for (const address of [...list, ...readers]) sender.send(address, { stream: 'marketing' })
  await sender.run(hour)
  expect(await sender.engine.incidents()).toEqual([])
  expect(sender.alerts).toEqual([])
  expect(await sender.suppressed()).toHaveLength(400)
  for (const address of list) expect(sender.attempts.get(address)).toBe(1)
})

it('a company that leaves Apple is no incident: its domain is one cause', async () => {
  const staff = Array.from({ length: 40 }, (_, index) => `staff${index}@example.net`)
  const sender = await known(staff)
  sender.apple = ({ address }) => said.gone(address)
  for (const address of staff) sender.send(address)
  await sender.run(hour)
  expect(await sender.engine.incidents()).toEqual([])
})
