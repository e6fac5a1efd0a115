import { createEngine, memoryLedger, type Ledger } from '@icloud-delivery/engine'
import { describe, expect, it as plain } from 'vitest'
import type { WhoAnswer } from '../api/who.ts'
import { quiet, readEvents, world } from '../world.test.fixture.ts'
import { browserFile, go, pageTestMs } from './browser.test.fixture.ts'
import { it } from './page.test.fixture.ts'

const page = 50

plain(
  'of 20,000 suppressions those that are searched for are found, and the ledger is asked for one page of them',
  { timeout: 180_000 },
  async () => {
    const all = Array.from(
      { length: 20_000 },
      (_, i) => `reader${(i * 7919) % 20_011}@${i % 2 ? 'icloud.com' : 'family.example'}`,
    )
    const ledger = memoryLedger()
    let asked = 0
    const counted: Ledger = {
      ...ledger,
      read: (keys) => {
        asked += keys.length
        return ledger.read(keys)
      },
      list: (prefix) => {
        asked += Infinity
        return ledger.list(prefix)
      },
    }
    const w = await world({ engine: createEngine({ ledger: counted, logger: quiet }) })
    try {
      const stream = await w.get('/api/events?after=0')
      await w.engine.import(rows(all), { format: 'csv' })
      const [done] = await w.engine.ledger.events({ limit: 1 })
      // The dashboard has heard of its end, and not only of its beginning: it reads all of them once more.
      await readEvents(stream, (text) => text.includes(`id: ${done?.id}\n`))
      await expect.poll(async () => (await w.json<WhoAnswer>('/api/who?q=')).total).toBe(20_000)
      for (const text of ['reader5', '99@family', 'no such', all.at(-1)!]) {
        const found = all.filter((address) => address.includes(text)).toSorted()
        asked = 0
        const { matches, next } = await w.json<WhoAnswer>(`/api/who?q=${encodeURIComponent(text)}`)
        expect(matches.map(({ recipient }) => recipient)).toEqual(found.slice(0, page))
        expect(next).toBe(found.length > page ? found[page - 1] : null)
        // Of each its state, and what its reader did.
        expect(asked, text).toBe(2 * matches.length)
      }
    } finally {
      await w.close()
    }
  },
)

async function* rows(addresses: readonly string[]): AsyncIterable<string> {
  yield 'email\n'
  for (let i = 0; i < addresses.length; i += 1000) yield `${addresses.slice(i, i + 1000).join('\n')}\n`
}

describe.skipIf(browserFile === null)('while thousands of events come', { timeout: pageTestMs }, () => {
  const atOnce = 500

  it('each view opens, nothing is left out, and the page neither asks nor grows with each of them', async ({
    w,
    v,
  }) => {
    let asked = 0
    v.page.on('request', (request) => {
      if (/\/api\/(?!events)/.test(request.url())) asked++
    })
    let sent = 0
    for (const name of ['Why', 'Who', 'Readers', 'Now', 'Why', 'Now']) {
      const coming = (async () => {
        for (const end = sent + atOnce; sent < end; sent++) {
          await w.deliver(`r${sent}@icloud.com`)
          // The server gets its turn.
          if (sent % 20 === 0) await new Promise(setImmediate)
        }
      })()
      await go(v.page, name)
      await coming
    }
    const told = `of ${sent.toLocaleString('en')} attempts in the last day were accepted`
    await v.page.getByText(told).waitFor()
    const feed = v.page.getByRole('list', { name: 'Latest events' })
    await feed.getByText(`r${sent - 1}@icloud.com`).waitFor()
    expect(await feed.getByRole('listitem').count()).toBe(14)
    expect(asked).toBeLessThan(sent / 10)
    expect(v.faults).toEqual([])
  })
})
