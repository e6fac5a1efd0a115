import { describe, expect, it } from 'vitest'
import { bench } from '../../bench.test.fixture.ts'
import { suppressionOf } from '../ledgers.test.fixture.ts'
import { all, csv } from './transfer.test.fixture.ts'
import { recipientKey, type RecipientState } from '../../state/state.ts'

describe('bad rows', () => {
  it('are reported by line, and do not keep the others', async () => {
    const { engine } = bench()
    const parts = [
      Buffer.from('email,reason\n'),
      Buffer.from('good1@icloud.com,x\n\r\n  \n'), // lines 2, 3, 4
      Buffer.from('no address,x\n'), // 5
      Buffer.from('J\xfcrgen,latin1@icloud.com\n', 'latin1'), // 6
      Buffer.from('nul@icloud.com,\0\n'), // 7
      Buffer.from('many@icloud.com,x,y,z\n'), // 8
      Buffer.from('odd@icloud.com,5" pipe\n'), // 9
      Buffer.from('good2@icloud.com,"two\nlines"\n'), // 10, 11
      Buffer.from('"good"3@icloud.com,x\n'), // 12
      Buffer.from('good4@icloud.com,x'), // 13
    ]
    const { badRows, ...rest } = await engine.import(parts, { format: 'csv' })
    expect(badRows.map(({ line }) => line)).toEqual([5, 6, 7, 8, 9, 12])
    expect(badRows.map(({ reason }) => reason).join()).not.toMatch(/icloud\.com|pipe/)
    expect(rest).toMatchObject({ bad: 6, complete: true })
    const found = (await all(engine)).map(({ recipient }) => recipient)
    expect(found).toEqual(['good1@icloud.com', 'good2@icloud.com', 'good4@icloud.com'])
  })

  it('a quote that is never closed costs its line, in a file of any length', async () => {
    const { engine } = bench()
    const many = Array.from({ length: 5000 }, (_, n) => `r${String(n).padStart(4, '0')}@icloud.com,x`)
    many.splice(7, 0, 'quote@icloud.com,"never closed')
    const summary = await csv(engine, ['email,reason', ...many].join('\n'))
    expect(summary).toMatchObject({ rows: 5001, added: 5000, bad: 1, badRows: [{ line: 9 }] })
  })

  it('a line of 50 MB is an error of its own, and is not kept in memory', async () => {
    const { engine } = bench()
    const chunk = Buffer.alloc(1 << 20, 'x')
    function* source(): Iterable<Buffer> {
      yield Buffer.from('{"email":"anna@icloud.com"}\n{"email":"')
      for (let n = 0; n < 50; n++) yield chunk
      yield Buffer.from('"}\n{"email":"bert@icloud.com"}\n')
    }
    const summary = await engine.import(source(), { format: 'ndjson' })
    expect(summary).toMatchObject({ rows: 3, added: 2, bad: 1 })
    expect(summary.badRows).toEqual([
      { line: 2, reason: expect.stringMatching(/^the line is longer than 65536 bytes/) },
    ])
  })

  it('are listed up to a hundred, or end the import at the first', async () => {
    const { engine } = bench()
    const text = `{"email":"anna@icloud.com"}\n${'nothing\n[]\n'.repeat(100)}{"email":"bert@icloud.com"}`
    const stopped = await engine.import([text], { format: 'ndjson', stopAtBadRow: true })
    expect(stopped).toMatchObject({ rows: 2, added: 1, bad: 1, complete: false })
    const summary = await engine.import([text], { format: 'ndjson' })
    expect(summary).toMatchObject({ rows: 202, added: 1, unchanged: 1, bad: 200, complete: true })
    expect(summary.badRows).toHaveLength(100)
  })

  it.each([
    { origin: 'nobody' },
    { streams: [] },
    { streams: '*' },
    { at: 'yesterday' },
    { at: null },
    { recipient: 'nobody' },
    { recipient: null },
  ])('of our own export: %j', async (about) => {
    const { engine } = bench()
    const row = { ...suppressionOf('anna@icloud.com'), ...about }
    expect(await engine.import([JSON.stringify(row)], { format: 'ndjson' })).toMatchObject({
      added: 0,
      bad: 1,
    })
  })

  it('what a file claims is kept within bounds', async () => {
    const { engine } = bench()
    const row = {
      ...suppressionOf('anna@icloud.com', { reply: 'x'.repeat(9000), note: 'y'.repeat(9000) }),
      long: 'z'.repeat(9000),
      kept: { at: 1 },
    }
    await engine.import([JSON.stringify(row).replace('"kept"', '"__proto__":{"x":1},"kept"')], {
      format: 'ndjson',
    })
    const [entry] = await engine.ledger.read([recipientKey('anna@icloud.com')])
    const suppression = (entry?.value as RecipientState | undefined)?.suppressions?.[0]
    expect(suppression?.reply).toHaveLength(1000)
    expect(suppression?.note).toHaveLength(1000)
    expect(Object.keys(suppression ?? {})).toEqual(['kept', ...Object.keys(suppressionOf(''))])
  })
})

describe('wrong arguments', () => {
  it.each([
    ['./list.csv', { format: 'csv' }],
    [Buffer.from('email'), { format: 'csv' }],
    [null, { format: 'csv' }],
    [[5], { format: 'csv' }],
    [[], {}],
    [[], undefined],
    [[], { format: 'xml' }],
    [[], { format: 'csv', origin: 'reply' }],
    [[], { format: 'csv', streams: [] }],
    [[], { format: 'csv', note: 5 }],
  ])('import(%j, %j)', async (source, options) => {
    const { engine } = bench()
    await expect(engine.import(source as never, options as never)).rejects.toMatchObject({
      code: 'EARGUMENT',
    })
  })

  it('export in no known format', () => {
    const { engine } = bench()
    expect(() => engine.export({ format: 'xml' as never })).toThrow(/'csv' or 'ndjson'/)
  })
})

it('a string that was cut within a character is read as if it were whole', async () => {
  const { engine } = bench()
  const row = '{"email":"anna@icloud.com","reason":"\u{1F600}"}'
  const cut = row.indexOf('\uDE00')
  await engine.import([row.slice(0, cut), row.slice(cut)], { format: 'ndjson' })
  expect((await all(engine))[0]?.note).toBe('\u{1F600}')
})
