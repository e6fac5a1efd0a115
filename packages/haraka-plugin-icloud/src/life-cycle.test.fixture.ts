import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { createEngine } from '@icloud-delivery/engine'
import { startSimulator, type Attempt, type Simulator } from '@icloud-delivery/mx-simulator'
import { expect, vi } from 'vitest'
import { configure, run, type Haraka } from './haraka.test.fixture.ts'
import { Latch } from './latch.test.fixture.ts'
import { shutdownTold } from './plugins.test.fixture.ts'
import { internalCommand } from './internal-command.test.fixture.ts'

export const CONNECTIONS = 4
const MESSAGES = 24
const LEASE = 20

/**
 * A Haraka that is killed, shut down and run again, and what becomes of its mail. Several tests may use it, one after the
 * other: each sends to names of its own, and ends with an empty queue.
 */
export class LifeCycle {
  haraka: Haraka
  readonly apple: Simulator
  readonly nodes: number

  private constructor(apple: Simulator, haraka: Haraka, nodes: number) {
    this.nodes = nodes
    this.apple = apple
    this.haraka = haraka
  }

  static async start(nodes: number): Promise<LifeCycle> {
    const apple = await startSimulator({ latencyMs: 40 })
    const dir = configure({
      nodes,
      mailboxes: `127.0.0.1:${apple.port}`,
      ownPlugins: { shutdownTold },
      icloud: `[testing]\nmx=127.0.0.1:${apple.port}\n[testing_mx_records]\n`,
      config: {
        'smtp.ini': `listen=127.0.0.1:0\nnodes=${nodes}\ngraceful_shutdown=true\nforce_shutdown_timeout=60\n`,
        'icloud_policy.json': JSON.stringify({
          // Of a worker that stands still for longer, others take the connections.
          lanes: { '*': { ceiling: CONNECTIONS, start: CONNECTIONS, reserve: 0, leaseSeconds: LEASE } },
        }),
      },
    })
    return new LifeCycle(apple, await run(dir), nodes)
  }

  /** Once more, with the queue and the ledger that are there. */
  async runAgain(): Promise<void> {
    this.haraka = await run(this.haraka.dir)
  }

  /** While nothing runs: takes back the connections that what was killed would keep until its lease ends. */
  async endLeases(): Promise<void> {
    const engine = createEngine({ ledger: this.haraka.ledger })
    try {
      const [entry] = await engine.ledger.read(['lane/default'])
      if (!entry) return
      const value = { ...(entry.value as object), leases: {} }
      if (!(await engine.ledger.write([{ key: entry.key, expected: entry.version, value }])))
        throw new Error('Somebody still has connections')
    } finally {
      await engine.close()
    }
  }

  async close(): Promise<void> {
    await this.killAll()
    await this.haraka.stop().catch(() => {})
    await this.apple.close()
  }

  get workers(): number[] {
    const { pid } = this.haraka.process
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  }

  /** The master and its workers, without a word. */
  async killAll(): Promise<void> {
    const { exitCode, signalCode } = this.haraka.process
    if (exitCode !== null || signalCode !== null) return
    const workers = this.workers
    this.haraka.process.kill('SIGKILL')
    for (const worker of workers) {
      try {
        process.kill(worker, 'SIGKILL')
      } catch {
        // Gone with its master.
      }
    }
    // Not only the master: a worker that lived on for a moment would send what the next run sends as well.
    await this.haraka.ended
  }

  /** Resolves when Apple has got so many of the messages. */
  async afterSome(to: readonly string[], count: number): Promise<void> {
    await this.apple.waitFor(() => this.arrived(to).length >= count, { timeoutMs: 60_000 })
  }

  async emptyQueue(): Promise<void> {
    await vi.waitUntil(() => readdirSync(this.#queue).length === 0, { timeout: 60_000, interval: 25 })
  }

  /** The recipients of the files in Haraka's queue. */
  inQueue(): string[] {
    return this.#queued().flatMap((text) => /[a-z]+\d+@icloud\.com/.exec(text) ?? [])
  }

  isQueued(recipient: string): boolean {
    return this.#queued().some((text) => text.includes(recipient))
  }

  /** Those of the recipients that Apple got a message for, as often as it did. */
  arrived(to: readonly string[]): string[] {
    return this.apple.messages.flatMap(({ recipients }) => recipients).filter((one) => to.includes(one))
  }

  /** Of whose delivery the ledger has not heard. */
  async unknownToLedger(to: readonly string[]): Promise<string[]> {
    const engine = createEngine({ ledger: this.haraka.ledger })
    try {
      const known = await Promise.all(to.map((one) => engine.address(one)))
      return known.filter(({ lastDeliveredAt }) => lastDeliveredAt === null).map(({ recipient }) => recipient)
    } finally {
      await engine.close()
    }
  }

  /** What `haraka --graceful` says to the running one. */
  async command(what: string): Promise<void> {
    await internalCommand(this.haraka.port, what)
  }

  /** Looks at files while Haraka works on them, or the system for one that was killed: one that is gone by now is not there. */
  #queued(): string[] {
    return readdirSync(this.#queue)
      .filter((name) => !name.startsWith('__tmp__'))
      .flatMap((name) => {
        try {
          return [readFileSync(path.join(this.#queue, name), 'latin1')]
        } catch {
          return []
        }
      })
  }

  get #queue(): string {
    return path.join(this.haraka.dir, 'queue')
  }
}

const namesOf = (name: string): string[] =>
  Array.from({ length: MESSAGES }, (_, index) => `${name}${index}@icloud.com`)

/** Resolves with the recipients whose messages Haraka took, when Apple has got so many of them. */
export async function sendAll(
  cycle: LifeCycle,
  name: string,
  { until }: { until: number },
): Promise<string[]> {
  const to = namesOf(name)
  const replies = await Promise.all(to.map((one) => cycle.haraka.send({ from: 'a@example.com', to: [one] })))
  for (const reply of replies) expect(reply).toMatch(/^250 /)
  await cycle.afterSome(to, until)
  return to
}

/** Each arrived, and no more of them twice than were under way. */
export function expectAll(cycle: LifeCycle, to: readonly string[], { twice }: { twice: number }): void {
  const arrived = cycle.arrived(to)
  expect(to.filter((one) => !arrived.includes(one))).toEqual([])
  expect(arrived.length - to.length).toBeLessThanOrEqual(twice)
  expect(cycle.apple.sessions.peak).toBeLessThanOrEqual(CONNECTIONS)
}

/** The ledger hears of each delivery but for so many: after the file is gone. */
async function expectKnown(
  cycle: LifeCycle,
  to: readonly string[],
  { butFor }: { butFor: number },
): Promise<void> {
  const look = async (): Promise<void> => expect((await cycle.unknownToLedger(to)).slice(butFor)).toEqual([])
  await vi.waitFor(look, { timeout: 60_000, interval: 25 })
}

/** Kills everything, so often, when Apple has got so many messages. */
export async function expectNothingLostByKills(cycle: LifeCycle, kills: readonly number[]): Promise<void> {
  const to = await sendAll(cycle, 'm', { until: 0 })
  const mayBeTwice: string[] = []
  for (const count of kills) {
    await cycle.afterSome(to, count)
    await cycle.killAll()
    await vi.waitUntil(() => cycle.apple.sessions.open === 0, { timeout: 60_000 })
    const queued = cycle.inQueue()
    const arrived = cycle.arrived(to)
    const both = arrived.filter((one) => queued.includes(one))
    expect(both.length).toBeLessThanOrEqual(CONNECTIONS)
    expect(to.filter((one) => !queued.includes(one) && !arrived.includes(one))).toEqual([])
    mayBeTwice.push(...both)
    await cycle.endLeases()
    await cycle.runAgain()
  }
  await cycle.emptyQueue()
  expectAll(cycle, to, { twice: mayBeTwice.length })
  const twice = cycle.arrived(to).filter((one, index, all) => all.indexOf(one) !== index)
  expect(twice.filter((one) => !mayBeTwice.includes(one))).toEqual([])
  await expectKnown(cycle, to, { butFor: kills.length * CONNECTIONS })
}

/** Shuts Haraka down while mail is under way. */
export async function expectGracefulShutdown(cycle: LifeCycle): Promise<void> {
  // Apple takes nothing before Haraka shuts down.
  const shutdown = new Latch()
  for (const one of namesOf('s'))
    cycle.apple.script(one, [{ accept: true, phase: 'eod', until: shutdown.opened }])
  const to = await sendAll(cycle, 's', { until: 0 })
  const { haraka } = cycle
  const isUnderWay = ({ phase, recipient }: Attempt): boolean =>
    phase === 'data' && to.includes(recipient ?? '')
  await cycle.apple.waitFor(({ attempts }) => attempts.some(isUnderWay), { timeoutMs: 60_000 })
  const gone = once(haraka.process, 'exit')
  haraka.process.kill('SIGINT')
  // Haraka ends one worker after the others.
  const atOnce = Math.max(1, cycle.nodes - 1)
  await vi.waitUntil(() => haraka.log.filter((line) => line.includes('SHUTDOWN')).length >= atOnce, {
    timeout: 60_000,
    interval: 25,
  })
  shutdown.open()
  // By itself, and not when Haraka's patience is over.
  expect(await gone).toEqual([0, null])
  expect(haraka.log.filter((line) => /Failed to shutdown|Killing\.$/.test(line))).toEqual([])
  const waiting = cycle.inQueue()
  expect(waiting.length).toBeGreaterThan(0)
  expect(cycle.arrived(waiting)).toEqual([])
  expect([...cycle.arrived(to), ...waiting].toSorted()).toEqual(to.toSorted())
  await cycle.runAgain()
  await cycle.emptyQueue()
  expectAll(cycle, to, { twice: 0 })
  await expectKnown(cycle, to, { butFor: 0 })
}

/** Replaces the workers while mail is under way. */
export async function expectGracefulRestart(cycle: LifeCycle): Promise<void> {
  const to = await sendAll(cycle, 'g', { until: 8 })
  const before = cycle.workers
  await cycle.command('gracefulRestart')
  await cycle.haraka.logged(/Reload complete/, 100_000)
  await cycle.emptyQueue()
  // With its last message done a worker still has to close its connection.
  await vi.waitUntil(() => !cycle.workers.some((worker) => before.includes(worker)), {
    timeout: 60_000,
    interval: 25,
  })
  expectAll(cycle, to, { twice: 0 })
}
