import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import fc from 'fast-check'
import { bench } from '../../bench.test.fixture.ts'
import { fill, ledgers, overtaken, suppressionOf } from '../ledgers.test.fixture.ts'
import { suppressionOrigins } from '../../state/suppression.ts'
import type { ImportSummary } from './import-options.ts'
import { all, csv, textOf } from './transfer.test.fixture.ts'

const awkward = [
  suppressionOf('=1+1@icloud.com', { reply: '=HYPERLINK("http://example.com")', note: '' }),
  suppressionOf('+plus@icloud.com', { reply: ' -1', note: "'quoted'", messageId: '@x' }),
  suppressionOf('a"b,c@icloud.com', { reply: 'one\r\ntwo\n"three";\tfour', note: '\tx' }),
  suppressionOf('semi;=1@icloud.com', { reply: 'x; =2', note: 'y\t"+3', messageId: 'z;4' }),
  suppressionOf('cut@icloud.com', { reply: 'half \uD83D', note: 'NUL \0 here', rule: null }),
  suppressionOf('left@icloud.com', {
    origin: 'unsubscribe',
    streams: ['marketing', 'odd name, "x"'],
    at: 1_700_000_000_123,
    rule: null,
    rulesVersion: null,
    reply: null,
    messageId: null,
    note: '\r',
  }),
  {
    ...suppressionOf('more@icloud.com', { at: 12.5 }),
    incident: 'i1',
    earlier: { at: 5, reply: '=1', messageId: 'm0' },
  },
]

describe.each(ledgers)('export and import, on %s', (_, open) => {
  it.each(['csv', 'ndjson'] as const)('a round trip through a %s file loses nothing', async (format) => {
    const directory = mkdtempSync(join(tmpdir(), 'icloud-transfer-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const file = join(directory, 'suppressions')
    const from = bench({ ledger: await open() }).engine
    await fill(
      from.ledger,
      Object.fromEntries(awkward.map((one) => [one.recipient, { suppressions: [one], deliveredAt: 1 }])),
    )
    const before = await all(from)
    await pipeline(Readable.from(from.export({ format })), createWriteStream(file))

    const { engine } = bench({ ledger: await open() })
    const read = (): Promise<ImportSummary> =>
      engine.import(createReadStream(file, { highWaterMark: 7 }), { format })
    expect(await read()).toMatchObject({ rows: 7, added: 7, bad: 0, badRows: [], complete: true })
    expect(await all(engine)).toEqual(before)
    expect(await read()).toMatchObject({ rows: 7, added: 0, merged: 0, unchanged: 7 })
    expect(await all(engine)).toEqual(before)
  })

  it('no cell of a CSV file begins as a formula does', async () => {
    const { engine } = bench({ ledger: await open() })
    await fill(
      engine.ledger,
      Object.fromEntries(awkward.map((one) => [one.recipient, { suppressions: [one] }])),
    )
    const text = await textOf(engine, 'csv')
    expect(text.split('\n')[0]).toBe(
      'recipient,origin,streams,at,rule,rulesVersion,reply,messageId,note,incident,more',
    )
    expect(text).toContain("'=1+1@icloud.com,reply,*,2026-01-01T00:00:00.000Z,invalid-recipient")
    expect(text).toContain(`"'=HYPERLINK(""http://example.com"")"`)
    expect(text).toContain("' -1,")
    expect(text).not.toMatch(/(^|,"?)\s*[=+@-]/m)
    // Nor where a spreadsheet cuts at semicolons or tabs.
    expect(text).not.toMatch(/[;\t][\s"']*[=+@-]/)
  })

  it('adds to what is known, and weakens nothing', async () => {
    const ledger = await open()
    const { engine } = bench({ ledger })
    const known = suppressionOf('anna@icloud.com', {
      origin: 'import',
      streams: ['*'],
      at: 5000,
      note: 'known',
    })
    const other = suppressionOf('bert@icloud.com', {
      origin: 'import',
      streams: ['news'],
      at: 5000,
      note: 'known',
    })
    await fill(ledger, {
      'anna@icloud.com': { suppressions: [known], deliveredAt: 7 },
      'bert@icloud.com': { suppressions: [other] },
    })
    const line = (about: object): string => `${JSON.stringify(about)}\n`
    const file = [
      line({ ...known, streams: ['marketing'], at: 4000, note: 'older' }),
      line({ ...other, streams: ['marketing'], at: 4000, note: 'older' }),
      line({ ...other, streams: ['marketing'], at: 6000, note: 'newer' }),
      line({ email: 'anna@icloud.com', reason: 'no time' }),
      line({ ...known, origin: 'complaint', streams: ['!transactional'] }),
    ]
    const summary = await engine.import(file, { format: 'ndjson' })
    expect(summary).toMatchObject({ rows: 5, added: 1, merged: 2, unchanged: 2 })
    expect(await engine.address('anna@icloud.com')).toMatchObject({
      suppressions: [known, { origin: 'complaint' }],
    })
    expect((await engine.address('anna@icloud.com')).lastDeliveredAt).toBe(7)
    expect((await engine.address('bert@icloud.com')).suppressions).toEqual([
      { ...other, streams: ['news', 'marketing'], at: 6000, note: 'newer' },
    ])
  })

  it('decides anew on what others wrote meanwhile', async () => {
    const inner = await open()
    const mine = suppressionOf('r3@icloud.com')
    const ledger = overtaken(inner, () => fill(inner, { 'r3@icloud.com': { suppressions: [mine] } }))
    const { engine } = bench({ ledger })
    const names = [1, 2, 3, 4, 5].map((n) => `r${n}@icloud.com`)
    expect(await csv(engine, ['email', ...names].join('\n'))).toMatchObject({ rows: 5, added: 5 })
    expect((await engine.address('r3@icloud.com')).suppressions).toMatchObject([mine, { origin: 'import' }])
  })

  it('writes some hundred rows at a time, tells how far it is, and stops when asked to', async () => {
    const ledger = await open()
    const { engine } = bench({ ledger })
    const stop = new AbortController()
    const seen: number[] = []
    let given = 0
    function* source(): Iterable<string> {
      yield 'email\n'
      for (let n = 0; n < 1000; n++, given++) yield `r${n}@icloud.com\n`
    }
    const stopped = engine.import(source(), {
      format: 'csv',
      signal: stop.signal,
      progress: (rows) => {
        // Nothing is read ahead of what is written.
        expect(given).toBeLessThanOrEqual(rows)
        if (seen.push(rows) === 2) stop.abort(new Error('enough'))
      },
    })
    await expect(stopped).rejects.toThrow('enough')
    expect(seen).toEqual([250, 500])
    expect(await engine.import(source(), { format: 'csv', by: 'ops@example.com' })).toMatchObject({
      rows: 1000,
      added: 500,
      unchanged: 500,
    })
    const audit = await ledger.events({ type: 'audit' })
    expect(audit.map(({ data }) => data.step)).toEqual(['done', 'begun', 'stopped', 'begun'])
    expect(audit[0]?.data).toMatchObject({ added: 500, by: 'ops@example.com', origin: 'import' })
  })
})

it('an import lets others have their turn, also where nothing has to be written', async () => {
  const { engine } = bench()
  let turns = 0
  let next: NodeJS.Immediate
  const tick = (): void => {
    turns++
    next = setImmediate(tick)
  }
  next = setImmediate(tick)
  await engine.import(['bad\n'.repeat(5000)], { format: 'ndjson' })
  clearImmediate(next)
  expect(turns).toBeGreaterThanOrEqual(15)
})

it('a CSV file of anything comes back as it was', async () => {
  const text = fc.option(fc.string({ unit: fc.constantFrom(...'=+-@\'",;\t\r\n a0é\0'.split(''), '\uD800') }))
  const suppressions = fc.record({
    origin: fc.constantFrom(...suppressionOrigins),
    streams: fc.uniqueArray(
      fc.string({ minLength: 1, maxLength: 10 }).filter((name) => name !== '*'),
      { minLength: 1, maxLength: 3 },
    ),
    at: fc.oneof(fc.integer({ min: 0, max: 4e12 }), fc.integer()),
    rule: text,
    reply: text,
    messageId: text,
    note: text,
  })
  await fc.assert(
    fc.asyncProperty(fc.array(suppressions, { minLength: 1, maxLength: 20 }), async (some) => {
      const from = bench().engine
      const given = some.map((one, n) => suppressionOf(`r${n}@icloud.com`, one))
      await fill(
        from.ledger,
        Object.fromEntries(given.map((one) => [one.recipient, { suppressions: [one] }])),
      )
      const { engine } = bench()
      const { badRows } = await csv(engine, await textOf(from, 'csv'))
      expect(badRows).toEqual([])
      expect(await all(engine)).toEqual(await all(from))
    }),
    { numRuns: 30 },
  )
})
