import { findRedisServer, noRedisServer, RedisServer } from '@icloud-delivery/redis-for-tests'
import { Redis } from 'ioredis'
import { Child } from '../child.ts'
import { interleave } from '../interleave.ts'
import { NotMeasured, type Measurement } from '../measurement.ts'
import { rowOf, type RowSpec } from '../row.ts'
import { costs, rates } from '../sample.ts'
import { median } from '../statistics.ts'
import { fill, known } from './redis-fill.ts'
import { startSide } from './sides.ts'
import type { RedisAdmitRun } from './task.ts'

const standardRuns = 5
const many = 100_000

const processes: RowSpec = {
  name: 'ledger/redis-4-processes',
  unit: 'admit+record/s',
  about: 'four processes with 200 callers each on one Redis, nothing lost; against one of them',
  target: { figure: 'ours', bound: '>=', value: 60_000 },
}
const admit: RowSpec = {
  name: 'ledger/redis-admit-1000',
  unit: 'ms',
  about: 'admit of 1,000 recipients, median, Redis; against a bare MGET of their keys',
  target: { figure: 'ours', bound: '<=', value: 3 },
}
const bytes: RowSpec = {
  name: 'ledger/redis-bytes',
  unit: 'bytes of Redis an address',
  about: 'memory of Redis for each address that accepted mail; against a bare key and value',
  target: null,
}

/** The rows about the Redis ledger, each on a server of its own. */
export const redisMeasurements: readonly Measurement[] = [
  {
    rows: [processes],
    measure: (plan) =>
      withRedis(async (server) => {
        const addresses = plan.size(many, 5000)
        await fill(server.url, addresses)
        const each = plan.size(30_000, 1000)
        const children = Array.from({ length: 4 }, (_, seed) =>
          startSide({ ledger: 'redis', callers: 200, known: addresses, url: server.url, seed }),
        )
        const run = async (count: number): Promise<number> => {
          const figures = await Promise.all(
            children.slice(0, count).map((child) => child.ask({ pairs: each })),
          )
          return figures.reduce((sum, { rate }) => sum + rate, 0)
        }
        try {
          // The first run of a process warms up, and that counts as outcomes too.
          await run(4)
          const before = await outcomesIn(server)
          const samples = await interleave(plan, processes.name, standardRuns, {
            ours: () => run(4),
            baseline: () => run(1),
          })
          const lost = samples.length * 5 * each - ((await outcomesIn(server)) - before)
          if (lost > 0) throw new Error(`${lost} outcomes were lost`)
          return [
            rowOf(
              processes,
              samples.map(({ ours, baseline }) => rates(ours, baseline)),
            ),
          ]
        } finally {
          await Promise.all(children.map((child) => child.stop()))
        }
      }),
  },
  {
    rows: [admit],
    measure: (plan) =>
      withRedis(async (server) => {
        const addresses = plan.size(many, 5000)
        await fill(server.url, addresses)
        const task = JSON.stringify({ url: server.url, addresses })
        const child = Child.start<RedisAdmitRun, number[]>(
          new URL('redis-admit-process.js', import.meta.url),
          [task],
        )
        const run = async (what: RedisAdmitRun['what']): Promise<number> =>
          median(await child.ask({ what, calls: plan.size(300, 20) }))
        try {
          await run('admit')
          await run('mget')
          const samples = await interleave(plan, admit.name, standardRuns, {
            ours: () => run('admit'),
            baseline: () => run('mget'),
          })
          return [
            rowOf(
              admit,
              samples.map(({ ours, baseline }) => costs(ours, baseline)),
            ),
          ]
        } finally {
          await child.stop()
        }
      }),
  },
  {
    rows: [bytes],
    measure: async (plan) => {
      const addresses = plan.size(1_000_000, 20_000)
      plan.progress(bytes.name, 1, 1)
      const ours = await withRedis((server) => memoryOf(server, addresses, () => fill(server.url, addresses)))
      const baseline = await withRedis((server) =>
        memoryOf(server, addresses, () => fillBare(server, addresses)),
      )
      return [rowOf(bytes, [costs(ours, baseline)])]
    },
  },
]

async function withRedis<T>(measure: (server: RedisServer) => Promise<T>): Promise<T> {
  if (findRedisServer() === null) throw new NotMeasured(noRedisServer)
  const server = await RedisServer.start()
  try {
    return await measure(server)
  } finally {
    await server.stop()
  }
}

/** Each outcome adds one line to the event log at least. */
async function outcomesIn(server: RedisServer): Promise<number> {
  return Number(await server.command('GET', '{icloud}:event-count'))
}

async function memoryOf(
  server: RedisServer,
  addresses: number,
  fillIt: () => Promise<void>,
): Promise<number> {
  const used = async (): Promise<number> =>
    Number(/^used_memory:(\d+)/m.exec(String(await server.command('INFO', 'memory')))?.[1])
  const before = await used()
  await fillIt()
  return ((await used()) - before) / addresses
}

async function fillBare(server: RedisServer, addresses: number): Promise<void> {
  const client = new Redis(server.url)
  const value = JSON.stringify({ deliveredAt: Date.UTC(2026, 2, 1) })
  for (let from = 0; from < addresses; from += 2000) {
    const pairs: string[] = []
    for (let n = from; n < Math.min(from + 2000, addresses); n++) pairs.push(known(n), value)
    await client.mset(pairs)
  }
  client.disconnect()
}
