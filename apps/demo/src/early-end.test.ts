import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as elapse } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { it, printed, type Demo } from './demo.test.fixture.ts'

const sendOwn = path.resolve(import.meta.dirname, '../dist/send.js')

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

describe.concurrent('Ctrl-C', () => {
  it(
    'while mail is on its way leaves no process and no directory',
    { timeout: 400_000 },
    async ({ folder, start }) => {
      const child = start('--quick')
      const { pid, port } = await whereHarakaIs(child)
      child.kill('SIGINT')
      await once(child, 'exit')
      expect(child.exitCode).toBe(130)
      expect(isAlive(pid)).toBe(false)
      expect(await connectionError(port)).toBe('ECONNREFUSED')
      expect(readdirSync(folder)).toEqual([])
    },
  )

  it.for([
    ['before Haraka listens', [], /A small shop/, /Haraka +127/],
    ['while somebody reads', ['--chapter', 'full'], /Watch: /, /photo book/],
    ['while a day goes by', ['--chapter', 'inactive'], /given up, and counted/, /day 2/],
    ['while an IP is blocked', ['--chapter', 'blocked'], /is closed/, /is open again/],
    ['while Apple is out of order', ['--chapter', 'incident'], /tried again in/, /once more/],
    ['in the rounds of all replies', ['--chapter', 'replies'], /Spring sale/, /A day goes by/],
  ] as const)(
    '%s ends it at once, and leaves nothing behind',
    { timeout: 400_000 },
    async ([, args, begun, later], { folder, startUntil }) => {
      const child = startUntil(begun, ...args)
      const [told] = await Promise.all([text(child.stdout), once(child, 'exit')])
      expect(child.exitCode).toBe(130)
      expect(told).toMatch(begun)
      expect(told).not.toMatch(later)
      const [, pid] = /process (\d+)/.exec(told) ?? []
      expect(pid !== undefined && isAlive(Number(pid))).toBe(false)
      expect(readdirSync(folder)).toEqual([])
    },
  )

  it(
    'after the table, and after mail of one’s own, ends it in good order',
    { timeout: 400_000 },
    async ({ folder, start, onTestFinished }) => {
      const child = start('--quick', '--chapter', 'replies')
      const output = await printed(child, /Still running/)
      expect(output).toContain('All 17 rows came as expected')
      const [, port = ''] = /\.\/dev send (\d+) /.exec(output) ?? []
      // That it is refused is read in the ledger, and the bounce comes by itself: either may be told first.
      const told = printed(child, /[✗←] policy-cs03@me\.com[^]*[✗←] policy-cs03@me\.com/)
      const sender = spawn(process.execPath, [sendOwn, port, 'policy-cs03@me.com'], { stdio: 'ignore' })
      onTestFinished(() => void sender.kill('SIGKILL'))
      await once(sender, 'exit')
      expect(sender.exitCode).toBe(0)
      expect((await told).match(/. policy-cs03@me\.com/g)?.toSorted()).toEqual(
        ['✗', '←'].map((mark) => `${mark} policy-cs03@me.com`).toSorted(),
      )
      child.kill('SIGINT')
      await once(child, 'exit')
      expect(child.exitCode).toBe(0)
      expect(readdirSync(folder)).toEqual([])
    },
  )
})

it('Haraka does not outlive a demo that was killed', { timeout: 400_000 }, async ({ folder, start }) => {
  const child = start('--quick')
  const { port } = await whereHarakaIs(child)
  child.kill('SIGKILL')
  await once(child, 'exit')
  // It is not our child: there is no event to wait for.
  while ((await connectionError(port)) !== 'ECONNREFUSED') await elapse(20)
  expect(readdirSync(folder)).toEqual([])
})
