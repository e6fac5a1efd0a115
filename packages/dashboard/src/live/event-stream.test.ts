import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEngine, sqliteLedger } from '@icloud-delivery/engine'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { quiet, readEvents, replies, world, type World } from '../world.test.fixture.ts'
import { eventsAfter } from './events-after.ts'
import type { LiveBatch } from './event-stream.ts'

let w: World

beforeEach(async () => {
  w = await world()
})
afterEach(() => w.close())

function batchesIn(text: string): { id: number; batch: LiveBatch }[] {
  return [...text.matchAll(/^id: (\d+)\nevent: batch\ndata: (.*)$/gm)].map(([, id, data = '']) => ({
    id: Number(id),
    batch: JSON.parse(data) as LiveBatch,
  }))
}

describe('the event stream', () => {
  it('tells what happens from now on, with ids', async () => {
    // Told as what was missed, so the log is followed from here on; then told as new, so the last look is behind it.
    await w.deliver('first@icloud.com')
    const all = await w.get('/api/events?after=0')
    await readEvents(all, (text) => text.includes('first@'))
    const earlier = await w.get('/api/events')
    await w.deliver('before@icloud.com')
    await readEvents(earlier, (text) => text.includes('before@'))

    const stream = await w.get('/api/events')
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const reading = readEvents(stream, (text) => text.includes('anna@'))
    await w.reply(replies.full)
    const told = await reading
    expect(batchesIn(told)).toMatchObject([
      {
        id: 3,
        batch: {
          events: [{ type: 'retry', rule: 'mailbox-full', subject: 'anna@icloud.com' }],
          count: 1,
          types: { retry: 1 },
          gap: false,
        },
      },
    ])
  })

  it('goes on behind the last id, and leaves nothing out', async () => {
    for (let i = 0; i < 30; i++) await w.deliver(`r${i}@icloud.com`)
    const events = await w.engine.ledger.events()
    const after = events.at(-1)?.id ?? 0
    const stream = await w.get('/api/events', { 'last-event-id': String(after) })
    const reading = readEvents(stream, (text) => text.includes('last@'))
    for (let i = 30; i < 60; i++) await w.deliver(`r${i}@icloud.com`)
    await w.deliver('last@icloud.com')
    const batches = batchesIn(await reading)
    expect(batches.reduce((sum, { batch }) => sum + batch.count, 0)).toBe(60)
    expect(batches.map(({ id }) => id)).toEqual(batches.map(({ id }) => id).toSorted((a, b) => a - b))
    expect(batches.every(({ batch }) => !batch.gap)).toBe(true)
  })

  it('says that there is a gap where too much happened meanwhile, and shows the newest', async () => {
    for (let i = 0; i < 1100; i++) await w.deliver(`r${i}@icloud.com`)
    const stream = await w.get('/api/events?after=0')
    const [first] = batchesIn(await readEvents(stream, (text) => text.includes('event: batch')))
    expect(first?.batch).toMatchObject({ gap: true, count: 1000, types: { delivered: 1000 } })
    expect(first?.batch.events.at(-1)?.subject).toBe('r1099@icloud.com')
    expect(first?.batch.events).toHaveLength(25)
  })

  it('says that it is alive', async () => {
    const beating = await world({ heartbeatSeconds: 1 })
    try {
      const stream = await beating.get('/api/events')
      expect(await readEvents(stream, (text) => text.includes(': alive'))).toContain(': alive\n\n')
    } finally {
      await beating.close()
    }
  })

  it('ends when the dashboard is closed', async () => {
    const stream = await w.get('/api/events')
    const reading = readEvents(stream, () => false).catch((error: unknown) => error)
    await w.dashboard.close()
    await reading
    await expect(w.get('/api/session')).rejects.toThrow('fetch failed')
  })
})

it('what another process writes is told, too', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'dashboard-'))
  const file = path.join(folder, 'icloud.db')
  const other = createEngine({ ledger: await sqliteLedger(file), logger: quiet })
  const shown = await world({ engine: createEngine({ ledger: `file:${file}`, logger: quiet }) })
  try {
    const stream = await shown.get('/api/events?after=0')
    const reading = readEvents(stream, (text) => text.includes('anna@'))
    await other.record({
      recipient: 'anna@icloud.com',
      sender: 'shop@example.com',
      messageId: 'm1',
      outcome: { kind: 'delivered' },
    })
    expect(await reading).toContain('anna@icloud.com')
  } finally {
    await shown.close()
    await other.close()
    await other.ledger.close()
    rmSync(folder, { recursive: true, force: true })
  }
})

it('eventsAfter goes back as far as it has to', async () => {
  for (let i = 0; i < 350; i++) await w.deliver(`r${i}@icloud.com`)
  const all = await w.engine.ledger.events({ limit: 1000 })
  const first = all.at(-1)?.id ?? 0
  expect((await eventsAfter(w.engine.ledger, first, 1000)).events).toHaveLength(349)
  expect(await eventsAfter(w.engine.ledger, first, 349)).toMatchObject({ gap: false })
  expect(await eventsAfter(w.engine.ledger, first, 348)).toMatchObject({ gap: true })
  expect(await eventsAfter(w.engine.ledger, all[0]?.id ?? 0, 10)).toEqual({ events: [], gap: false })
})
