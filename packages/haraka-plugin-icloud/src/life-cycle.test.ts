import { readFileSync, readdirSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEngine } from '@icloud-delivery/engine'
import { startSimulator, type Simulator } from '@icloud-delivery/mx-simulator'
import { configure, run, type Haraka } from './haraka.test.fixture.ts'

const CONNECTIONS = 4
const MESSAGES = 24

let apple: Simulator
let haraka: Haraka
let dir: string

beforeEach(async () => {
  apple = await startSimulator({ latencyMs: 40 })
})

afterEach(async () => {
  await killAll(haraka)
  await haraka.stop().catch(() => {})
  await apple.close()
})

async function start(nodes: number, smtp = ''): Promise<void> {
  const port = await freePort()
  dir = configure({
    nodes,
    mailboxes: `127.0.0.1:${apple.port}`,
    icloud: `[testing]\nmx=127.0.0.1:${apple.port}\n[testing_mx_records]\n`,
    config: {
      'smtp.ini': `listen=127.0.0.1:${port}\nnodes=${nodes}\n${smtp}`,
      'icloud_policy.json': JSON.stringify({
        lanes: { '*': { ceiling: CONNECTIONS, start: CONNECTIONS, reserve: 0, leaseSeconds: 1 } },
      }),
    },
  })
  haraka = await run(dir)
  haraka.port = port
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function workersOf({ process: { pid } }: Haraka): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

async function killAll(victim: Haraka): Promise<void> {
  if (victim.process.exitCode !== null || victim.process.signalCode !== null) return
  const workers = workersOf(victim)
  await victim.kill()
  for (const worker of workers) {
    try {
      process.kill(worker, 'SIGKILL')
    } catch {
      // Gone with its master.
    }
  }
}

/** Resolves with the recipients whose messages Haraka took. */
async function sendAll(name: string): Promise<string[]> {
  const to = Array.from({ length: MESSAGES }, (_, index) => `${name}${index}@icloud.com`)
  const replies = await Promise.all(to.map((one) => haraka.send({ from: 'a@example.com', to: [one] })))
  for (const reply of replies) expect(reply).toMatch(/^250 /)
  return to
}

async function emptyQueue(): Promise<void> {
  await vi.waitUntil(() => readdirSync(path.join(dir, 'queue')).length === 0, {
    timeout: 60_000,
    interval: 25,
  })
}

/** The recipients of the files in Haraka's queue. */
function inQueue(): string[] {
  const queue = path.join(dir, 'queue')
  return readdirSync(queue)
    .filter((name) => !name.startsWith('__tmp__'))
    .flatMap((name) => /[a-z]+\d+@icloud\.com/.exec(readFileSync(path.join(queue, name), 'latin1')) ?? [])
}

/** Looks at files while Haraka works on them: one that is gone by now is not there. */
function isQueued(recipient: string): boolean {
  const queue = path.join(dir, 'queue')
  return readdirSync(queue).some((name) => {
    try {
      return readFileSync(path.join(queue, name), 'latin1').includes(recipient)
    } catch {
      return false
    }
  })
}

function arrived(): string[] {
  return apple.messages.flatMap(({ recipients }) => recipients)
}

/** Of whose delivery the ledger has not heard. */
async function unknownToLedger(to: readonly string[]): Promise<string[]> {
  const engine = createEngine({ ledger: haraka.ledger })
  try {
    const known = await Promise.all(to.map((one) => engine.address(one)))
    return known.filter(({ lastDeliveredAt }) => lastDeliveredAt === null).map(({ recipient }) => recipient)
  } finally {
    await engine.close()
  }
}

/** Each arrived, and no more of them twice than were under way. */
function expectAll(to: readonly string[], { twice }: { twice: number }): void {
  expect(to.filter((one) => !arrived().includes(one))).toEqual([])
  expect(arrived().length - to.length).toBeLessThanOrEqual(twice)
  expect(apple.sessions.peak).toBeLessThanOrEqual(CONNECTIONS)
}

const afterSome = (count: number): Promise<unknown> =>
  apple.waitFor(({ messages }) => messages.length >= count, { timeoutMs: 60_000 })

it.each([
  [0, [1, 10]],
  [1, [4]],
  [4, [8]],
])(
  'kill -9 of everything loses nothing: while mail waits, and while it is sent, nodes=%i',
  { timeout: 120_000 },
  async (nodes, kills) => {
    await start(nodes)
    const to = await sendAll('m')
    const mayBeTwice: string[] = []
    for (const count of kills) {
      await afterSome(count)
      await killAll(haraka)
      await vi.waitUntil(() => apple.sessions.open === 0, { timeout: 10_000 })
      const queued = inQueue()
      const both = arrived().filter((one) => queued.includes(one))
      expect(both.length).toBeLessThanOrEqual(CONNECTIONS)
      expect(to.filter((one) => !queued.includes(one) && !arrived().includes(one))).toEqual([])
      mayBeTwice.push(...both)
      haraka = await run(dir)
    }
    await emptyQueue()
    expectAll(to, { twice: mayBeTwice.length })
    const twice = arrived().filter((one, index, all) => all.indexOf(one) !== index)
    expect(twice.filter((one) => !mayBeTwice.includes(one))).toEqual([])
    expect((await unknownToLedger(to)).length).toBeLessThanOrEqual(kills.length * CONNECTIONS)
  },
)

it('a message whose dot was not answered yet is sent again, and no other', async () => {
  await start(0)
  apple.script('dot@icloud.com', [{ accept: true, phase: 'eod', delayMs: 20_000 }, { accept: true }])
  await haraka.send({ from: 'a@example.com', to: ['fine@icloud.com'] })
  await haraka.send({ from: 'a@example.com', to: ['dot@icloud.com', 'too@icloud.com'] })
  // Apple has it before Haraka knows that: until its file is gone it may well arrive twice.
  await vi.waitUntil(() => arrived().length === 1 && !isQueued('fine@icloud.com'), { timeout: 10_000 })
  await apple.waitFor(({ attempts }) =>
    attempts.some(({ phase, recipient }) => phase === 'data' && recipient === null),
  )
  await killAll(haraka)
  haraka = await run(dir)
  await emptyQueue()
  expect(arrived().filter((one) => one === 'fine@icloud.com')).toHaveLength(1)
  expect(arrived()).toContain('too@icloud.com')
})

it.each([0, 1, 4])(
  'graceful_shutdown=true: what is under way ends, what waits stays, and nothing is sent twice, nodes=%i',
  { timeout: 120_000 },
  async (nodes) => {
    await start(nodes, 'graceful_shutdown=true\nforce_shutdown_timeout=60\n')
    const to = await sendAll('s')
    await afterSome(4)
    const gone = once(haraka.process, 'exit')
    haraka.process.kill('SIGINT')
    // By itself, and not when Haraka's patience is over.
    expect(await gone).toEqual([0, null])
    expect(haraka.log.filter((line) => /Failed to shutdown|Killing\.$/.test(line))).toEqual([])
    const waiting = inQueue()
    expect(waiting.length).toBeGreaterThan(0)
    expect(arrived().filter((one) => waiting.includes(one))).toEqual([])
    expect([...arrived(), ...waiting].toSorted()).toEqual(to.toSorted())
    haraka = await run(dir)
    await emptyQueue()
    expectAll(to, { twice: 0 })
    expect(await unknownToLedger(to)).toEqual([])
  },
)

describe('workers', { timeout: 120_000 }, () => {
  it('a worker that crashes leaves its mail to its replacement', async () => {
    await start(4)
    const to = await sendAll('w')
    await afterSome(8)
    const [worker] = workersOf(haraka)
    process.kill(worker as number, 'SIGKILL')
    await haraka.logged(/killed by signal SIGKILL/, 60_000)
    await emptyQueue()
    expectAll(to, { twice: CONNECTIONS })
  })

  it.each([1, 4])('a graceful restart loses nothing and sends nothing twice, nodes=%i', async (nodes) => {
    await start(nodes)
    const to = await sendAll('g')
    await afterSome(8)
    const before = workersOf(haraka)
    await command('gracefulRestart')
    await haraka.logged(/Reload complete/, 100_000)
    await emptyQueue()
    expect(workersOf(haraka).filter((worker) => before.includes(worker))).toEqual([])
    expectAll(to, { twice: 0 })
  })

  it('SIGHUP sends nothing twice', async () => {
    await start(4)
    const to = await sendAll('h')
    await afterSome(8)
    haraka.process.kill('SIGHUP')
    await haraka.logged(/Flushing the temp fail queue/)
    await emptyQueue()
    expectAll(to, { twice: 0 })
  })
})

/** What `haraka --graceful` says to the running one. */
async function command(what: string): Promise<void> {
  const socket = connect(haraka.port, '127.0.0.1')
  await once(socket, 'data')
  socket.write(`INTERNALCMD ${what}\r\n`)
  await once(socket, 'data')
  socket.end('QUIT\r\n')
}
