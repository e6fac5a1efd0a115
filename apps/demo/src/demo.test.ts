import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as elapse } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chapters } from './chapters/chapters.ts'
import type { Result } from './results.ts'
import { rows } from './scenario.ts'
import type { ToldChapter } from './tell-chapters.ts'
import { watchable } from './tempo.ts'

const main = path.resolve(import.meta.dirname, '../dist/main.js')

const sendOwn = path.resolve(import.meta.dirname, '../dist/send.js')

type Demo = ChildProcessByStdio<null, Readable, Readable>

let folder: string
let started: ChildProcess[]

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'demo-test-'))
  started = []
})

afterEach(() => {
  for (const child of started) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** Starts the demo. What it leaves behind is left behind in `folder`. */
function start(...args: string[]): Demo {
  const env = { ...process.env, TMPDIR: folder, HOME: folder, NO_COLOR: '1' }
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  return child
}

/** Resolves with what the demo has printed as soon as that matches. */
function printed(child: Demo, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (pattern.test(output)) resolve(output)
    })
    child.on('exit', () =>
      reject(new Error(`The demo ended without printing ${String(pattern)}:\n${output}`)),
    )
  })
}

async function whereHarakaIs(child: Demo): Promise<{ pid: number; port: number }> {
  const output = await printed(child, /A healthy morning[^]*✓/)
  const [, port, pid] = /Haraka +127\.0\.0\.1:(\d+), process (\d+)/.exec(output) ?? []
  return { pid: Number(pid), port: Number(port) }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function connectionError(port: number): Promise<string | undefined> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  } finally {
    socket.destroy()
  }
}

describe('./dev start --once --json', () => {
  it(
    'ends with every row as expected, and with nothing but the table on standard output',
    { timeout: 150_000 },
    async () => {
      const child = start('--once', '--json')
      const [output, progress] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'exit'),
      ])
      const report = JSON.parse(output) as { ok: boolean; rows: Result[]; chapters: ToldChapter[] }
      expect(
        report.rows.flatMap(({ recipient, differences }) => differences.map((one) => [recipient, one])),
      ).toEqual([])
      expect(report.rows.map(({ recipient }) => recipient)).toEqual(rows.map(({ recipient }) => recipient))
      for (const { recipient, rule, rounds, remembers, ok } of report.rows) {
        expect(ok, recipient).toBe(true)
        // The local part is the rule's id, apart from those who are called by a name.
        if (!/^(?:anna|berta|clara|nobody)@/.test(recipient))
          expect(rule).toBe(recipient.replace('@icloud.com', ''))
        // Nobody is suppressed but for a fault of the recipient.
        expect(remembers.suppressedBy, recipient).toBe(
          rounds[1]?.sendMail === 'ESUPPRESSED' ? 'invalid-recipient' : null,
        )
      }
      expect(report.chapters).toEqual(chapters.map(({ name }) => ({ name, ok: true, differences: [] })))
      expect(report.ok).toBe(true)
      expect(child.exitCode).toBe(0)
      expect(progress).toContain(`All 17 rows and all ${chapters.length} chapters came as expected`)
      expect(readdirSync(folder)).toEqual([])
    },
  )
})

it('a wrong option ends with 2, and names the nearest', async () => {
  const child = start('--onse')
  const [complaint] = await Promise.all([text(child.stderr), once(child, 'exit')])
  expect(child.exitCode).toBe(2)
  expect(complaint).toMatch(/unknown option '--onse'\n\(Did you mean --once\?\)/)
})

it(
  'one chapter is told alone, with its line of what to watch and the address of the dashboard',
  { timeout: 60_000 },
  async () => {
    const child = start('--once', '--chapter', 'full')
    const [output] = await Promise.all([text(child.stdout), once(child, 'exit')])
    expect(child.exitCode).toBe(0)
    expect(output).toMatch(/Dashboard +http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\n/)
    expect(output).toMatch(/\nDay 1: A full mailbox\nWatch: Who, /)
    expect(output).toContain('The chapter came as expected')
    expect(output).not.toContain('Round 1')
  },
)

it(
  'at the pace for people a block lasts long enough to be seen, and the release ends it all the same',
  { timeout: 90_000 },
  async () => {
    const child = start('--chapter', 'blocked')
    const output = await printed(child, /Still running/)
    expect(output).toContain('The chapter came as expected')
    expect(output).toMatch(/flash-sale".* is open again: released by hand/)
    const at = (pattern: RegExp): number => Number(pattern.exec(output)?.[1])
    const refusedAt = at(/(\d+\.\d) s ↻ bargain/)
    const deliveredAt = at(/(\d+\.\d) s ✓ bargain/)
    expect(deliveredAt - refusedAt).toBeGreaterThan(watchable.readMs / 1000)
    child.kill('SIGINT')
    await once(child, 'exit')
    expect(child.exitCode).toBe(0)
  },
)

it('a chapter that there is not ends with 2, and names those that there are', async () => {
  const child = start('--chapter', 'flood')
  const [complaint] = await Promise.all([text(child.stderr), once(child, 'exit')])
  expect(child.exitCode).toBe(2)
  expect(complaint).toContain('morning, throttle, full, inactive, auth, blocked, incident, replies')
})

describe('Ctrl-C', () => {
  it('while mail is on its way leaves no process and no directory', { timeout: 30_000 }, async () => {
    const child = start('--quick')
    const { pid, port } = await whereHarakaIs(child)
    child.kill('SIGINT')
    await once(child, 'exit')
    expect(child.exitCode).toBe(130)
    expect(isAlive(pid)).toBe(false)
    expect(await connectionError(port)).toBe('ECONNREFUSED')
    expect(readdirSync(folder)).toEqual([])
  })

  it.each([
    ['before Haraka listens', [], /A small shop/, /Haraka +127/],
    ['while somebody reads', ['--chapter', 'full'], /Watch: /, /photo book/],
    ['while a day goes by', ['--chapter', 'inactive'], /given up, and counted/, /day 2/],
    ['while an IP is blocked', ['--chapter', 'blocked'], /is closed/, /is open again/],
    ['while Apple is out of order', ['--chapter', 'incident'], /tried again in/, /once more/],
    ['in the rounds of all replies', ['--chapter', 'replies'], /Spring sale/, /A day goes by/],
  ])('%s ends it at once, and leaves nothing behind', { timeout: 60_000 }, async (_, args, begun, later) => {
    const child = start(...args)
    const output = text(child.stdout)
    const told = await printed(child, begun)
    child.kill('SIGINT')
    await once(child, 'exit')
    expect(child.exitCode).toBe(130)
    expect(await output).not.toMatch(later)
    const [, pid] = /process (\d+)/.exec(told) ?? []
    expect(pid !== undefined && isAlive(Number(pid))).toBe(false)
    expect(readdirSync(folder)).toEqual([])
  })

  it('after the table, and after mail of one’s own, ends it in good order', { timeout: 90_000 }, async () => {
    const child = start('--quick', '--chapter', 'replies')
    const output = await printed(child, /Still running/)
    expect(output).toContain('All 17 rows came as expected')
    const [, port = ''] = /\.\/dev send (\d+) /.exec(output) ?? []
    const bounced = printed(child, /← policy-cs03@me\.com/)
    const sender = spawn(process.execPath, [sendOwn, port, 'policy-cs03@me.com'], { stdio: 'ignore' })
    started.push(sender)
    await once(sender, 'exit')
    expect(sender.exitCode).toBe(0)
    expect((await bounced).match(/policy-cs03@me\.com/g)).toHaveLength(2)
    child.kill('SIGINT')
    await once(child, 'exit')
    expect(child.exitCode).toBe(0)
    expect(readdirSync(folder)).toEqual([])
  })
})

it('Haraka does not outlive a demo that was killed', { timeout: 30_000 }, async () => {
  const child = start('--quick')
  const { port } = await whereHarakaIs(child)
  child.kill('SIGKILL')
  await once(child, 'exit')
  // It is not our child: there is no event to wait for.
  while ((await connectionError(port)) !== 'ECONNREFUSED') await elapse(20)
  expect(readdirSync(folder)).toEqual([])
})
