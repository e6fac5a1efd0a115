import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEngine } from '../create-engine.ts'

const holder = fileURLToPath(new URL('lane-holder.test.fixture.ts', import.meta.url))
let directory = ''
let ledger = ''
let server: Server
let children: ChildProcess[] = []
/** Connections that are open now, that were open at once, and that were ever opened, by process. */
let open = new Set<Socket>()
let most = 0
let opened = 0

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'icloud-lanes-'))
  ledger = `file:${join(directory, 'icloud.db')}`
  open = new Set()
  most = 0
  opened = 0
  server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket)
    opened++
    most = Math.max(most, open.size)
    server.emit('counted')
    socket.on('error', () => {})
    socket.on('end', () => {
      open.delete(socket)
      socket.end()
      server.emit('counted')
    })
    socket.on('close', () => {
      open.delete(socket)
      server.emit('counted')
    })
    socket.resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(async () => {
  const running = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
  const exits = running.map((child) => once(child, 'exit'))
  for (const child of running) child.kill('SIGKILL')
  await Promise.all(exits)
  children = []
  for (const socket of open) socket.destroy()
  server.close()
  rmSync(directory, { recursive: true, force: true })
})

function start(stream: string, keep: string, leaseSeconds = 30): ChildProcess {
  const { port } = server.address() as AddressInfo
  const child = spawn(process.execPath, [holder, ledger, String(port), stream, keep, String(leaseSeconds)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  children.push(child)
  return child
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await once(server, 'counted')
}

describe('four processes on one lane', { timeout: 240_000 }, () => {
  it('never have more than 8 connections together for newsletters, and 10 with transactional mail', async () => {
    for (let index = 0; index < 4; index++) start('marketing', '5')
    // As many as that, once all of them have come up, and never more.
    await until(() => opened >= 100 && most >= 8)
    expect(most).toBe(8)
    start('transactional', '5')
    await until(() => most > 8)
    const before = opened
    await until(() => opened >= before + 100)
    expect(most).toBeLessThanOrEqual(10)
  })

  it('get the connections of one that was killed', async () => {
    const first = start('marketing', 'forever', 2)
    await until(() => open.size === 8)
    const before = opened
    first.kill('SIGKILL')
    await until(() => open.size === 0)
    start('marketing', 'forever', 2)
    await until(() => open.size === 8)
    expect([opened, most]).toEqual([before + 8, 8])
  })

  it('leave one to a login code of a fifth', async () => {
    start('marketing', 'forever')
    await until(() => open.size === 8)
    const engine = createEngine({ ledger, policy: { lanes: { '*': { start: 10 } } } })
    const [code, second, third] = await Promise.all([
      engine.enter({}),
      engine.enter({}),
      engine.enter({ waitSeconds: 0 }),
    ])
    expect([code.decision, second.decision, third.decision]).toEqual(['go', 'go', 'later'])
    await engine.close()
  })
})
