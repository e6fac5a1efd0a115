import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { run, runInTerminal } from './run-bin.test.helper.ts'

const full = '552 5.2.2 <anna@icloud.com>: user is over quota'

describe('the command', () => {
  test('prints help with examples, and its version', async () => {
    const help = await run(['--help'])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(help.stdout).toMatch(/^Usage: icloud-delivery .*\n[^]*\n  explain [^]*\nExamples:\n/)
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  test.each<[string[], RegExp]>([
    [['explian', full], /unknown command 'explian'\n\(Did you mean explain\?\)/],
    [['explain', '--jsn', full], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
    [['explain', '--mx'], /'--mx <host>' argument missing/],
    [['explain', '--mx', '192.0.2.1', full], /An IP address does not tell/],
    [['explain', '--recipient', 'anna', full], /an address such as anna@icloud\.com/],
    [['\u001b[2J'], /unknown command '\\u001b\[2J'/],
    [
      ['holds', 'relese'],
      /unknown subcommand 'relese' of holds; there are list, release\n\(Did you mean release\?\)/,
    ],
    [
      ['suppressions', 'foo'],
      /unknown subcommand 'foo' of suppressions; there are list, add, release, import, export\n\(--help/,
    ],
    [['incidents', '--json', 'foo'], /unknown subcommand 'foo' of incidents; there are list, close/],
    [['placement', 'tset'], /unknown subcommand 'tset' .*\n\(Did you mean test\?\)/],
    [['holds', 'list', 'foo'], /'holds list' takes no arguments, found 'foo'/],
    [['holds', '\u001b[2J'], /unknown subcommand '\\u001b\[2J'/],
    [[], /^Usage: icloud-delivery/],
  ])('refuses %j', async (args, message) => {
    const ended = await run(args)
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toMatch(message)
  })
})

test('says what is wrong as JSON where that is asked for', async () => {
  const { code, stdout, stderr } = await run(['status', '--json', '--windw'])
  expect([code, stdout]).toEqual([2, ''])
  expect(JSON.parse(stderr)).toMatchObject({
    error: { code: 'EUSAGE', message: expect.stringContaining("unknown option '--windw'") },
  })
})

test('repeats no more of a wrong argument than helps', async () => {
  const { code, stderr } = await run(['y'.repeat(9000)])
  expect(code).toBe(2)
  expect(stderr).toMatch(/^error: unknown command 'y{1,500} … \(\d+ characters more\)\n/)
})

describe('explain', () => {
  test('prints its help with examples', async () => {
    const { code, stdout } = await run(['explain', '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('\nExamples:\n  icloud-delivery explain "552 5.2.2')
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  test('explains its argument, quoted or not, without colour into a pipe', async () => {
    const ended = await run(['explain', full])
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toMatch(/^mailbox-full: Mailbox over quota\n\n  552 5\.2\.2 <anna@icloud\.com>/)
    expect(ended.stdout).not.toContain('\u001b')
    expect(await run(['explain', ...full.split(' ')])).toEqual(ended)
  })

  test.each([[[]], [['-']]])('reads a reply of several lines from standard input with %j', async (args) => {
    const input = '550-5.1.1 <anna@icloud.com>: user\r\n550 5.1.1 does not exist\r\n'
    const { code, stdout } = await run(['explain', ...args], { input })
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'invalid-recipient: No such mailbox'])
  })

  test('says that it reads one reply only', async () => {
    const { code, stdout, stderr } = await run(['explain'], { input: `${full}\n`.repeat(10_000) })
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'mailbox-full: Mailbox over quota'])
    expect(stderr).toMatch(/Only the beginning was read\..*--json/)
  })

  test.each(['', ' \r\n'])('has nothing to explain on standard input with %j', async (input) => {
    const { code, stdout, stderr } = await run(['explain'], { input })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/no reply in the arguments or on standard input/)
  })

  test('takes what is known about the reply', async () => {
    const apple = ['--mx', 'mx01.mail.icloud.com']
    const first = async (...args: string[]): Promise<string | undefined> =>
      (await run(['explain', ...args])).stdout.split('\n')[0]
    expect(await first('--mx', 'mx.example.org', full)).toBe('Not Apple’s reply')
    expect(await first('--recipient', 'anna@example.org', '552 user is over quota')).toBe('Not Apple’s reply')
    expect(await first(...apple, '--sender', 'anna@icloud.com', full)).toMatch(/^unknown-permanent/)
    expect(await first(...apple, '--sender', 'berta@icloud.com', full)).toMatch(/^mailbox-full/)
  })

  test.each(['standard input', 'the argument'])('tells of several replies in %s', async (where) => {
    const both = '554 5.7.1 [HM08] Message rejected due to local policy.\n550 5.1.1 <anna@icloud.com>: no\n'
    const { code, stdout, stderr } =
      where === 'the argument' ? await run(['explain', both]) : await run(['explain'], { input: both })
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'policy-hm08: Local policy: suspicious sending'])
    expect(stderr).toMatch(/^Found several replies \(554, 550\), and explained one, the 554\. .*--json.*\n$/)
  })

  test('prints one object for one reply with --json, and assumes no more than the reply says', async () => {
    const { code, stdout } = await run(['explain', '--json', '552 5.2.2 user is over quota'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^\{.*\}\n$/)
    expect(JSON.parse(stdout)).toMatchObject({ provider: null, code: 552, enhanced: '5.2.2' })
    const named = await run(['explain', '--json', full])
    expect(JSON.parse(named.stdout)).toMatchObject({ rule: 'mailbox-full', provider: 'apple' })
    const known = await run(['explain', full, '--json', '--recipient', 'anna@icloud.com'])
    expect(JSON.parse(known.stdout)).toEqual({
      rule: 'mailbox-full',
      provider: 'apple',
      fault: 'recipient',
      scope: 'recipient',
      disposition: 'retry',
      confidence: 'high',
      code: 552,
      enhanced: '5.2.2',
      tag: null,
      evidence: { matched: 'over quota', address: 'anna@icloud.com' },
    })
  })
})

describe('in a terminal', () => {
  test('is coloured and wrapped to its width', async () => {
    const { code, stdout } = await runInTerminal(['explain', full], 50)
    expect(code).toBe(0)
    expect(stdout).toContain('\u001b[1m\u001b[36mmailbox-full: Mailbox over quota')
    const lines = stdout.replace(/\u001b\[\d+m/g, '').split('\n')
    expect(lines.filter((line) => line.length > 50 && !line.includes('://'))).toEqual([])
    expect(Math.max(...lines.map((line) => line.length))).toBeGreaterThan(40)
  })

  test('is not coloured with NO_COLOR', async () => {
    const { stdout } = await runInTerminal(['explain', full], 80, { NO_COLOR: '1' })
    expect(stdout).toContain('mailbox-full: Mailbox over quota')
    expect(stdout).not.toContain('\u001b')
  })

  test('prints help where nobody gives a reply', async () => {
    const { code, stdout } = await runInTerminal(['explain'], 80)
    expect(code).toBe(2)
    expect(stdout).toMatch(/^Usage: icloud-delivery explain [^]*\nExamples:\n/)
  })

  test('FORCE_COLOR colours a pipe too', async () => {
    expect((await run(['explain', full], { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[1m')
  })
})
