import { describe, expect, it } from 'vitest'
import { bench } from '../../bench.test.fixture.ts'
import { suppressionOf } from '../ledgers.test.fixture.ts'
import { all, csv } from './transfer.test.fixture.ts'

describe('files of other programs', () => {
  const now = Date.UTC(2026, 0, 1)
  it.each([
    [
      'email,reason,created\nanna@icloud.com,550 no such user,1700000000\n',
      1_700_000_000_000,
      '550 no such user',
    ],
    [
      'status,reason,email,created\r\n5.1.1,"a ""b"", c",anna@icloud.com,1700000000\r\n',
      1_700_000_000_000,
      'a "b", c',
    ],
    [
      'address,code,error,created_at\nanna@icloud.com,550,gone,"Fri, 21 Oct 2011 11:02:55 GMT"',
      1_319_194_975_000,
      'gone',
    ],
    [
      '"EmailAddress","SuppressionReason","CreatedAt"\n"Anna@iCloud.com","HardBounce","2019-12-17T08:58:33-05:00"',
      1_576_591_113_000,
      'HardBounce',
    ],
    ['Email Address;Unsub Time\nanna@icloud.com;2020-05-06 07:08:09\n', 1_588_748_889_000, null],
    ['Recipient\tDate\n<anna@icloud.com>\t01/02/2020\n', now, null],
    ['email, reason\n anna@icloud.com , "x, y"\n', now, 'x, y'],
    ['\uFEFFanna@icloud.com\r\n', now, null],
    ['email,date\nanna@icloud.com,2099-01-01', now, null],
  ])('%j', async (text, at, note) => {
    const { engine } = bench()
    const summary = await csv(engine, text)
    expect(summary).toMatchObject({ rows: 1, added: 1, badRows: [], bytes: Buffer.byteLength(text) })
    expect(await all(engine)).toEqual([
      {
        ...suppressionOf('anna@icloud.com', { origin: 'import', at, note }),
        rule: null,
        rulesVersion: null,
        reply: null,
        messageId: null,
      },
    ])
    expect(await csv(engine, text)).toMatchObject({ unchanged: 1 })
  })

  it('take the origin, streams and note that are given', async () => {
    const { engine } = bench()
    await csv(engine, 'email\nanna@icloud.com', { origin: 'unsubscribe', note: 'old shop' })
    await csv(engine, 'email\nbert@icloud.com', { origin: 'unsubscribe', streams: ['news'] })
    expect(await all(engine)).toMatchObject([
      { origin: 'unsubscribe', streams: ['marketing'], note: 'old shop' },
      { origin: 'unsubscribe', streams: ['news'], note: null },
    ])
  })

  it('are remembered under the names that the engine uses', async () => {
    const { engine } = bench({ sameMailbox: true })
    await csv(engine, 'email\nanna@mac.com\nAnna@me.com')
    expect((await all(engine)).map(({ recipient }) => recipient)).toEqual(['anna@icloud.com'])
  })

  it('without a column of addresses are refused, before anything is written', async () => {
    const { engine } = bench()
    await expect(csv(engine, 'name,born\nAnna,1990\n')).rejects.toMatchObject({ code: 'EIMPORT' })
    await expect(csv(engine, Buffer.from('email\nanna@icloud.com\n', 'utf16le'))).rejects.toThrow(/UTF-16/)
    expect(await all(engine)).toEqual([])
  })
})
