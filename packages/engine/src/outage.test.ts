import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bench, quiet, replies } from './bench.test.fixture.ts'
import { BreakableLedger } from './broken-ledger.test.fixture.ts'

let directory = ''

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'icloud-engine-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('a ledger out of reach', () => {
  it('lets transactional mail go and holds the rest for a minute', async () => {
    const ledger = new BreakableLedger()
    const { admit, time } = bench({ ledger })
    ledger.broken = 'all'
    expect(await admit()).toMatchObject([{ decision: 'send' }])
    expect(await admit({ stream: 'marketing' })).toMatchObject([
      { decision: 'held', retryAt: time.now + 60_000 },
    ])
    // An unsubscribe could not be seen, so this is not only about Apple's recipients.
    expect(
      await admit({ stream: 'marketing', recipients: ['carl@example.org'], hop: 'relay' }),
    ).toMatchObject([{ decision: 'held', retryAt: time.now + 60_000, hold: null }])
    const acceptedAt = time.now - 49 * 3_600_000
    expect(await admit({ stream: 'marketing', acceptedAt })).toMatchObject([
      { decision: 'expired', retryAt: null },
    ])
  })

  it('still gives the right action for this message, says that it is not remembered, and complains once', async () => {
    const ledger = new BreakableLedger()
    const { reply, deliver } = bench({ ledger })
    ledger.broken = 'all'
    quiet.error.mockClear()
    quiet.warn.mockClear()
    const actions = [
      await reply(replies.invalid),
      await reply(replies.inactive),
      await reply(replies.full),
      await reply(replies.blocked),
      await deliver(),
    ]
    expect(actions.map(({ type, durable }) => [type, durable])).toEqual([
      ['soft-bounce', false],
      ['soft-bounce', false],
      ['retry', false],
      ['hold', false],
      ['delivered', false],
    ])
    expect(actions.every(({ holds }) => holds.length === 0)).toBe(true)
    expect(quiet.error).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining(
        'Transactional mail goes on, other streams wait, and outcomes are not remembered',
      ),
    )
    ledger.broken = 'no'
    expect(await deliver()).toMatchObject({ durable: true })
    expect(quiet.warn).toHaveBeenCalledTimes(1)
  })

  it('lets no probe through that it could not lease', async () => {
    const ledger = new BreakableLedger()
    const { admit, reply, time } = bench({ ledger })
    await reply(replies.blocked)
    time.now += 3_600_000
    ledger.broken = 'writes'
    expect(await admit()).toMatchObject([{ decision: 'held', retryAt: time.now + 60_000 }])
  })

  it('is what a file that cannot be opened is', async () => {
    const file = join(directory, 'broken.db')
    writeFileSync(file, 'no database '.repeat(500))
    quiet.error.mockClear()
    const { engine, admit, reply } = bench({ ledger: `file:${file}`, buffer: null })
    expect(await admit()).toMatchObject([{ decision: 'send' }])
    expect(await reply(replies.invalid)).toMatchObject({ type: 'soft-bounce', durable: false })
    expect(quiet.error).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('ELEDGERDAMAGED'))
    await engine.close()
  })
})
