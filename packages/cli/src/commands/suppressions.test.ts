import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makePlace, someMail, type Place } from '../ledger.test.fixture.ts'
import { run as runBin, runInTerminal, type Ended } from '../run-bin.test.helper.ts'

let place: Place
beforeEach(async () => {
  place = makePlace()
  await place.with(someMail)
})
afterEach(() => place.remove())

const run = (args: string[], input?: string): Promise<Ended> =>
  runBin(['suppressions', ...args, '--ledger', place.ledger], input === undefined ? {} : { input })
const lines = ({ stdout }: Ended): any[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const recipients = async (...args: string[]): Promise<string[]> =>
  lines(await run(['list', '--json', ...args])).map(({ recipient }) => recipient)

describe('suppressions list', () => {
  test('is a table with tabs in a pipe, and one object a line with --json', async () => {
    const { code, stdout } = await run(['list'])
    expect(code).toBe(0)
    expect(stdout.split('\n')[0]).toBe('recipient\torigin\tstreams\tsince\trule\treply or note')
    expect(stdout).toMatch(
      /\nanna@icloud\.com\treply\t\*\t\d{4}-.* \d\d:\d\d\tinvalid-recipient\t550 5\.1\.1 /,
    )
    expect(await recipients()).toEqual(['anna@icloud.com', 'emil@icloud.com'])
  })

  test('lists what is asked for, and says if there is nothing', async () => {
    expect(await recipients('--origin', 'unsubscribe')).toEqual(['emil@icloud.com'])
    expect(await recipients('--rule', 'invalid-recipient', '--since', '1h')).toEqual(['anna@icloud.com'])
    expect(await recipients('--limit', '1')).toEqual(['anna@icloud.com'])
    expect(await run(['list', '--rule', 'mailbox-full'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'No suppression is like that.\n',
    })
    expect(await run(['list', '--since', 'yesterday'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Expected a time such as'),
    })
  })
})

describe('suppressions add', () => {
  test('suppresses for a reason', async () => {
    const added = await run([
      'add',
      'fred@icloud.com',
      'Gina@icloud.com',
      '--origin',
      'unsubscribe',
      '--note',
      'by mail',
    ])
    expect(added).toMatchObject({ code: 0, stdout: 'Suppressed 2 addresses (unsubscribe, marketing).\n' })
    expect(lines(await run(['list', '--json', '--origin', 'unsubscribe']))).toMatchObject([
      { recipient: 'emil@icloud.com' },
      { recipient: 'fred@icloud.com', streams: ['marketing'], note: 'by mail' },
      { recipient: 'gina@icloud.com' },
    ])
  })

  test('does nothing if one of them is no address', async () => {
    expect(await run(['add', 'fred@icloud.com', 'gina'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"gina" is no address'),
    })
    expect(await recipients()).not.toContain('fred@icloud.com')
  })

  test('makes a ledger only if it is told to', async () => {
    const ledger = place.path('new.db')
    const { code, stderr } = await runBin([
      'suppressions',
      'add',
      'a@icloud.com',
      '--create',
      '--ledger',
      ledger,
    ])
    expect([code, stderr]).toEqual([0, `Made a new ledger: ${ledger}\n`])
    expect(existsSync(ledger)).toBe(true)
  })
})

describe('suppressions release', () => {
  test('asks first: says how many, and changes nothing where nobody can be asked', async () => {
    const refused = await run(['release', 'anna@icloud.com'])
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(/Release what is held against 1 address\? Nothing was changed: .*--yes/)
    const args = ['suppressions', 'release', 'anna@icloud.com', '--ledger', place.ledger]
    const no = await runInTerminal(args, 80, {}, 'n\n')
    expect([no.code, no.stdout]).toEqual([
      1,
      expect.stringMatching(/1 address\? \[y\/N\][^]*Nothing was changed/),
    ])
    expect(await recipients()).toContain('anna@icloud.com')
    const yes = await runInTerminal(args, 80, {}, 'y\n')
    expect([yes.code, yes.stdout]).toEqual([0, expect.stringContaining('Released 1 suppression.')])
  })

  test('releases an address, and another origin only if it is named', async () => {
    const nothing = await run(['release', 'emil@icloud.com', '--yes'])
    expect(nothing).toMatchObject({
      code: 0,
      stdout: 'There is nothing to release. Suppressed by unsubscribe: --origin unsubscribe ends that.\n',
    })
    expect((await run(['release', 'anna@icloud.com', '--yes'])).stdout).toBe('Released 1 suppression.\n')
    const named = await run(['release', 'emil@icloud.com', '--origin', 'unsubscribe', '--yes', '--json'])
    expect(JSON.parse(named.stdout)).toEqual({ released: 1 })
    expect(await run(['list'])).toMatchObject({ stdout: '', stderr: 'Nobody is suppressed.\n' })
  })

  test('releases what a rule did in a time; a dry run says how many', async () => {
    const rule = ['release', '--rule', 'invalid-recipient', '--since', '1h']
    expect((await run([...rule, '--dry-run'])).stdout).toBe('Would release 1 suppression.\n')
    expect(await recipients()).toContain('anna@icloud.com')
    expect((await run([...rule, '--yes', '--by', 'ops', '--note', 'outage'])).stdout).toBe(
      'Released 1 suppression.\n',
    )
    expect(await recipients()).toEqual(['emil@icloud.com'])
  })

  test.each<[string[], string]>([
    [[], 'say what to release'],
    [['anna@icloud.com', '--rule', 'mailbox-full'], 'say what to release'],
    [['--until', '1h'], '--until needs'],
    [['--rule', 'mailbox-ful'], 'mailbox-full'],
    [['--since', '1h', '--origin', 'import'], 'ends by address only'],
  ])('refuses %j', async (args, message) => {
    expect(await run(['release', ...args, '--yes'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(message),
    })
  })
})

describe('suppressions import and export', () => {
  test('a round trip loses nothing', async () => {
    const file = place.path('all.csv')
    expect(await run(['export', file])).toEqual({ code: 0, stdout: '', stderr: 'Exported 2 suppressions.\n' })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(await run(['export', file])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('not overwritten'),
    })
    const into = ['suppressions', 'import', file, '--create', '--ledger', place.path('new.db')]
    expect(await runBin(into)).toMatchObject({
      code: 0,
      stdout: '2 rows: 2 added, 0 merged, 0 known already, 0 left out.\n',
    })
    const copied = await runBin(['suppressions', 'export', '--json', '--ledger', place.path('new.db')])
    expect(lines(copied)).toEqual(lines(await run(['export', '--json'])))
    expect(readFileSync(file, 'utf8')).toMatch(/^recipient,origin,/)
  })

  test('takes the list of another program from standard input, and says which rows it left out', async () => {
    const list = 'email,reason\nfred@icloud.com,550 no such user\nnot an address,x\n'
    const { code, stdout, stderr } = await run(['import', '-', '--format', 'csv', '--json'], list)
    expect([code, stderr]).toEqual([1, ''])
    expect(JSON.parse(stdout)).toMatchObject({ rows: 2, added: 1, bad: 1, badRows: [{ line: 3 }] })
    const again = await run(['import', '-', '--format', 'csv'], list)
    expect(again.stdout).toBe('2 rows: 0 added, 0 merged, 1 known already, 1 left out.\n')
    expect(again.stderr).toMatch(/^Line 3: /)
  })

  test.each<[string[], RegExp, number]>([
    [['import', 'missing.csv'], /missing\.csv cannot be read/, 1],
    [['import', 'list'], /say --format csv/, 2],
    [['import', '.', '--format', 'csv'], /is no file/, 1],
  ])('%j is an error', async (args, message, exit) => {
    const { code, stderr } = await run(args)
    expect([code, stderr]).toEqual([exit, expect.stringMatching(message)])
  })

  test('a file without a column of addresses changes nothing', async () => {
    writeFileSync(place.path('a.csv'), 'name,town\nAnna,Bern\n')
    const { code, stderr } = await run(['import', place.path('a.csv'), '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'EIMPORT' } })
  })
})
