import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { bin, killStarted, run, start } from './run-bin.test.helper.ts'

afterEach(killStarted)

test('answers line by line, errors included', async () => {
  const input = Buffer.concat([
    Buffer.from(
      '{"input":"550 5.1.1 <anna@icloud.com>: user does not exist"}\r\n\r\n{"input":3}\n{oops\n421 ',
    ),
    Buffer.from([0xff, 0x1b, 0x5b]),
    Buffer.from(' later'),
  ])
  const { code, stdout, stderr } = await run(['explain', '--json'], { input })
  expect([code, stderr]).toEqual([1, ''])
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    { rule: 'invalid-recipient', provider: 'apple', disposition: 'suppress' },
    { error: { code: 'EINPUT', line: 3 } },
    { error: { code: 'EJSON', line: 4 } },
    { rule: 'unknown-temporary', provider: null, code: 421 },
  ])
})

test('takes options for all lines, also after "-"', async () => {
  const { code, stdout } = await run(['explain', '--json', '--mx', 'mx01.mail.icloud.com', '-'], {
    input: '552 5.2.2 user is over quota\n',
  })
  expect([code, JSON.parse(stdout).rule]).toEqual([0, 'mailbox-full'])
})

test('is fine with no lines', async () => {
  expect(await run(['explain', '--json'], { input: '' })).toEqual({ code: 0, stdout: '', stderr: '' })
})

/**
 * Has the process tell its largest size in KiB when it ends. With Linux it asks /proc: `maxRSS` there begins with the size of
 * the process that it was forked from, which is that of all the tests that ran before.
 */
const tellSize = `data:text/javascript,${encodeURIComponent(`
  import { readFileSync } from 'node:fs'
  const own = () => /VmHWM:\\s*(\\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]
  const size = () => (process.platform === 'linux' ? own() : process.resourceUsage().maxRSS)
  process.on('exit', () => console.error(size()))
`)}`
/** What is garbage goes soon, so that the size is that of what is needed, and not of how often somebody cleans up. */
const measured = ['--max-semi-space-size=1', '--import', tellSize]

test('streams 100,000 lines to a slow reader in constant memory', async () => {
  const child = start([...measured, bin, 'explain', '--json'])
  const stderr = child.stderr.toArray()
  const ended = once(child, 'close')
  const padding = 'x'.repeat(400)
  const write = async (): Promise<void> => {
    for (let from = 0; from < 100_000; from += 1000) {
      let lines = ''
      for (let i = from; i < from + 1000; i++) {
        lines += `{"input":"550 5.1.1 <a${i}@icloud.com>: user does not exist ${padding}","recipient":"a${i}@icloud.com"}\n`
      }
      if (!child.stdin.write(lines)) await once(child.stdin, 'drain')
    }
    child.stdin.end()
  }
  let count = 0
  let rest = ''
  const read = async (): Promise<void> => {
    for await (const chunk of child.stdout) {
      const lines = (rest + String(chunk)).split('\n')
      rest = lines.pop()!
      for (const line of lines) {
        if (line.includes(`"address":"a${count}@icloud.com"`)) count++
      }
      await setImmediate()
    }
  }
  await Promise.all([write(), read()])
  expect([(await ended)[0], count, rest]).toEqual([0, 100_000, ''])
  expect(Number(String(await stderr)) / 1024).toBeLessThan(150)
})

test('never holds a line that is too long', async () => {
  const child = start([...measured, bin, 'explain', '--json'])
  const stderr = child.stderr.toArray()
  const stdout = child.stdout.toArray()
  const ended = once(child, 'close')
  const mebibyte = Buffer.alloc(1024 * 1024, 'x')
  for (let i = 0; i < 200; i++) {
    if (!child.stdin.write(mebibyte)) await once(child.stdin, 'drain')
  }
  child.stdin.end('\n421 later')
  expect((await ended)[0]).toBe(1)
  expect(
    Buffer.concat(await stdout)
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([{ error: { code: 'ELINE', line: 1 } }, { code: 421 }])
  expect(Number(String(await stderr)) / 1024).toBeLessThan(150)
})

test('ends quietly when the reader has enough', async () => {
  const child = start([bin, 'explain', '--json'])
  const stderr = child.stderr.toArray()
  const ended = once(child, 'close')
  child.stdin.on('error', () => {})
  child.stdin.write('421 first\n')
  expect(JSON.parse(String((await once(child.stdout, 'data'))[0])).code).toBe(421)
  child.stdout.destroy()
  while (child.exitCode === null && child.signalCode === null) {
    child.stdin.write('421 more\n')
    await setImmediate()
  }
  expect([(await ended)[0], String(await stderr)]).toEqual([0, ''])
})
