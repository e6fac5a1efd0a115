import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bench, replies } from './bench.test.fixture.ts'
import { createEngine } from './create-engine.ts'
import { sqliteLedger } from './ledger/sqlite/sqlite-ledger.ts'

let directory = ''

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'icloud-engine-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('createEngine', () => {
  it('opens the file that a string names when it is first used, and closes it', async () => {
    const file = join(directory, 'lazy', 'icloud.db')
    const { engine, reply } = bench({ ledger: `file:${file}` })
    expect(existsSync(file)).toBe(false)
    expect(await reply(replies.invalid)).toMatchObject({ durable: true })
    await engine.close()
    expect(existsSync(`${file}-wal`)).toBe(false)
    expect(await reply(replies.invalid)).toMatchObject({ type: 'soft-bounce', durable: false })
    const again = bench({ ledger: `file:${file}` })
    expect(await again.admit()).toMatchObject([{ decision: 'suppressed' }])
    await again.engine.close()
  })

  it('leaves a ledger open that it did not open', async () => {
    const ledger = await sqliteLedger(join(directory, 'mine.db'))
    await bench({ ledger }).engine.close()
    expect(await ledger.read(['k'])).toEqual([null])
    await ledger.close()
  })

  it('refuses a listener for an event that there is not', () => {
    const { engine } = bench()
    expect(() => engine.on('supressed' as never, () => {})).toThrow(
      'on: there is no event "supressed" (did you mean "suppressed"?)',
    )
  })

  it.each([
    ['ELEDGERURL', { ledger: 'redis://' }],
    ['EARGUMENT', {}],
    ['EARGUMENT', { ledger: 7 }],
    ['EARGUMENT', undefined],
    ['EPOLICY', { ledger: 'memory:', policy: { jitter: 2 } }],
    ['EARGUMENT', { ledger: 'memory:', clock: 0 }],
    ['EARGUMENT', { ledger: 'memory:', random: null }],
    ['EARGUMENT', { ledger: 'memory:', logger: { warn: console.warn } }],
    ['EARGUMENT', { ledger: 'memory:', buffer: '' }],
    ['EARGUMENT', { ledger: 'memory:', bufferBytes: 0 }],
    ['EARGUMENT', { ledger: 'memory:', ledgerTimeoutSeconds: Infinity }],
  ])('refuses options by %s', (code, options) => {
    expect(() => createEngine(options as never)).toThrow(expect.objectContaining({ code }))
  })

  it('names an option that there is not, and the one that was meant', () => {
    const open = (options: object) => () => createEngine({ ledger: 'memory:', ...options })
    expect(open({ polcy: {} })).toThrow(
      expect.objectContaining({
        code: 'EARGUMENT',
        message:
          'createEngine: there is no option "polcy" (did you mean "policy"?); expected one of ledger, buffer, bufferBytes, ledgerTimeoutSeconds, policy, clock, logger, random, sameMailbox, resolveMx, addressKeys',
      }),
    )
    expect(open({ throttle: {} })).toThrow(/there is no option "throttle"; expected one of ledger/)
    expect(open({ policy: { maxAgeSecond: {} } })).toThrow(/did you mean "maxAgeSeconds"/)
    expect(open({ policy: { rules: { 'mailbox-ful': {} } } })).toThrow(/did you mean "mailbox-full"/)
  })
})
