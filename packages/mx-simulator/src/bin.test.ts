import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, test } from 'vitest'
import { RawClient } from './raw-client.test.helper.ts'
import { simulate } from './simulators.test.helper.ts'

const bin = new URL('bin.ts', import.meta.url).pathname
const children: ChildProcess[] = []
const folders: string[] = []

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })))
})

/** The command as a process of its own. */
class Running {
  readonly child: ChildProcess
  readonly lines: string[] = []
  stderr = ''
  readonly #exit: Promise<unknown[]>
  #wake: (() => void) | null = null

  constructor(...args: string[]) {
    const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    children.push(child)
    this.child = child
    this.#exit = once(child, 'close')
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.lines.push(line)
      this.#wake?.()
    })
    child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()))
  }

  async line(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = this.lines.find((line) => pattern.test(line))
      if (found !== undefined) return found
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  async exitCode(): Promise<unknown> {
    const [code] = await this.#exit
    return code
  }
}

async function file(content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mx-simulator-'))
  folders.push(folder)
  const path = join(folder, 'script.json')
  await writeFile(path, content)
  return path
}

test('serves two hosts, logs each reply in one line, and ends cleanly', async () => {
  const running = new Running('--port', '0', '--second-port', '0', '--host', 'mx.example.com')
  const first = /^mx\.example\.com listens on 127\.0\.0\.1 port (\d+)$/
  const second = /^mx02\.mail\.icloud\.com listens on 127\.0\.0\.1 port (\d+)$/
  const [, port] = first.exec(await running.line(first)) ?? []
  await running.line(second)
  await running.line(/mailbox-full@icloud\.com/)
  const client = await RawClient.ready({ name: '', address: '127.0.0.1', port: Number(port) })
  await client.say('MAIL FROM:<a@example.com>', 'RCPT TO:<mailbox-full@icloud.com>')
  expect(await running.line(/rcpt/)).toMatch(
    /^\d\d:\d\d:\d\d mx #1 rcpt    mailbox-full@icloud\.com 552 5\.2\.2 <mailbox-full@icloud\.com>: user is over quota$/,
  )
  running.child.kill('SIGINT')
  expect(await running.exitCode()).toBe(0)
  expect(running.stderr).toBe('')
})

test('reads a script, keeps to limits, and writes JSON', async () => {
  const script = {
    script: { anna: [{ rule: 'policy-hm08' }, { accept: true }] },
    connection: [{ accept: true }],
  }
  const limits = ['--limit-recipient', '1', '--limit-connections', '1']
  const scriptFile = await file(JSON.stringify(script))
  const running = new Running('--port', '0', '--json', '--no-starttls', ...limits, '--script', scriptFile)
  const [host] = JSON.parse(await running.line(/"listening"/)).hosts
  const client = await RawClient.ready(host)
  expect(await (await RawClient.connect(host)).reply()).toMatch(/^421 \[HCM1\]/)
  expect(await client.message('anna@icloud.com')).toMatch(/^554 5\.7\.1 \[HM08\]/)
  await client.say('MAIL FROM:<a@example.com>')
  expect(await client.say('RCPT TO:<anna@icloud.com>')).toMatch(/^421 4\.7\.1 /)
  expect(await client.say('RCPT TO:<berta@icloud.com>', 'DATA', 'x\r\n.')).toMatch(/^354 |^250 /)
  expect(JSON.parse(await running.line(/"event":"message"/))).toMatchObject({
    envelope: { from: 'a@example.com', to: ['berta@icloud.com'] },
    bytes: 3,
  })
  running.child.kill('SIGTERM')
  expect(await running.exitCode()).toBe(0)
})

test('lists what recipients get', async () => {
  const running = new Running('--list')
  expect(await running.exitCode()).toBe(0)
  expect(running.lines).toContainEqual(expect.stringMatching(/^mailbox-full +at RCPT: 552 5\.2\.2 /))
  expect(running.lines).toContainEqual(expect.stringMatching(/^policy-hm08 +at end of data: 554 /))
})

describe('says what is wrong', () => {
  test('with a port that is taken', async () => {
    const { port } = await simulate()
    const running = new Running('--port', String(port))
    expect(await running.exitCode()).toBe(1)
    expect(running.stderr).toBe(
      `Cannot listen on 127.0.0.1 port ${port}: another program listens there; end it or choose another port (EADDRINUSE).\n`,
    )
  })

  test.each([
    ['{', /it is not JSON/],
    ['[]', /expected \{"script"/],
    ['{"anna": []}', /"anna" is neither/],
    ['{"script": {"anna": {}}}', /an array of steps/],
    ['{"connection": {}}', /an array of steps/],
    ['{"script": {"anna": [{"rule": "nothing"}]}}', /no rule "nothing"/],
  ])('with the script %s', async (content, problem) => {
    const running = new Running('--port', '0', '--script', await file(content))
    expect(await running.exitCode()).toBe(1)
    expect(running.stderr).toMatch(problem)
    expect(running.stderr.trimEnd()).not.toContain('\n')
  })

  test('with a script that is not there, and a number that is none', async () => {
    const missing = new Running('--script', '/nonexistent.json')
    const odd = new Running('--port', '-1')
    expect([await missing.exitCode(), await odd.exitCode()]).toEqual([1, 2])
    expect(missing.stderr).toMatch(/ENOENT/)
    expect(odd.stderr).toMatch(/whole number from 0/)
  })
})
