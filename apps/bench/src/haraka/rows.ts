import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { createEngine } from '@icloud-delivery/engine'
import { Child } from '../child.ts'
import { eachRun } from '../each-run.ts'
import { interleave, type Sides } from '../interleave.ts'
import type { Measurement, Plan } from '../measurement.ts'
import { rowOf, type RowSpec } from '../row.ts'
import { costs } from '../sample.ts'
import { Sink } from '../smtp-sink/sink.ts'
import { speedOf, speedRows, type Speed, type SpeedSample } from '../speed.ts'
import { inTurns } from '../turns.ts'
import type { HarakaKind } from './config-dir.ts'
import { Haraka, type Parking } from './haraka.ts'
import type { LoadRun } from './load-process.ts'

const standardRuns = 9
/** As good as no limit. */
const mostConnections = 1000
/** Connections where there is one. */
const connections = 10

const throughput: RowSpec = {
  name: 'haraka/plugin',
  unit: 'messages/s',
  about:
    'Haraka with the plugin, Apple’s mail from submission to delivery: throughput; against Haraka without it',
  target: { figure: 'ratio', bound: '>=', value: 0.95 },
}
const cpu: RowSpec = {
  name: 'haraka/plugin-cpu',
  unit: 'CPU us a message',
  about: 'the same: CPU time of Haraka',
  target: null,
}

const throttled: RowSpec = {
  name: 'haraka/throttled',
  unit: 'messages/s',
  about:
    'the same with ten connections on the lane: throughput; against Haraka’s own concurrency_max at the setting ' +
    'with which no more sockets are open',
  target: { figure: 'ratio', bound: '>=', value: 0.9 },
}
const parked: RowSpec = {
  name: 'haraka/parked',
  unit: 'ms of CPU, longest block of the event loop',
  about: '50,000 messages to Apple come and wait for one connection; against none that wait',
  target: { figure: 'ours', bound: '<=', value: 50 },
}
const woken: RowSpec = {
  name: 'haraka/woken',
  unit: 'ms of CPU, longest block of the event loop',
  about:
    '50,000 messages behind a hold wake when it is released; against Haraka’s own flush of its deferred mail',
  target: { figure: 'ours', bound: '<=', value: 50 },
}
const parkedMemory: RowSpec = {
  name: 'haraka/parked-memory',
  unit: 'KB a message',
  about: 'the same: memory; against messages that wait in Haraka’s own queue of deliveries',
  target: null,
}

/** The rows about what the plugin costs Haraka. */
export const harakaMeasurements: readonly Measurement[] = [
  {
    rows: [throughput, cpu],
    async measure(plan) {
      return speedRows(throughput, cpu, await speedRuns(plan, throughput.name, { lane: mostConnections }, {}))
    },
  },
]

/** Haraka without our plugin, where nothing is said. */
type Kind = Omit<Partial<HarakaKind>, 'sinkPort'>

/** Rows about mail that waits. */
export const waitingMeasurements: readonly Measurement[] = [
  {
    rows: [throttled],
    async measure(plan) {
      const few = plan.size(500, 50)
      const ours = await peakOf({ lane: connections }, few)
      let concurrencyMax = connections
      while (concurrencyMax > 1 && (await peakOf({ concurrencyMax }, few)) > ours) concurrencyMax--
      process.stderr.write(
        `${throttled.name}: ${ours} sockets at most, and no more with concurrency_max=${concurrencyMax}\n`,
      )
      const runs = await speedRuns(plan, throttled.name, { lane: connections }, { concurrencyMax })
      return [
        rowOf(
          throttled,
          runs.map((run) => run.throughput),
        ),
      ]
    },
  },
  {
    rows: [parked, parkedMemory],
    async measure(plan) {
      const mute = createServer().listen(0, '127.0.0.1')
      await once(mute, 'listening')
      const { port: sinkPort } = mute.address() as AddressInfo
      const park = async (lane: number | null): Promise<Parking> => {
        const haraka = await Haraka.start({ sinkPort, lane, concurrencyMax: 10 })
        try {
          return await haraka.park(plan.size(50_000, 500))
        } finally {
          await haraka.stop()
        }
      }
      try {
        const pairs = await interleave(plan, parked.name, 3, {
          ours: () => park(1),
          baseline: () => park(null),
        })
        const kilobytes = ({ eachBytes }: Parking): number => eachBytes / 1000
        return [
          rowOf(
            parked,
            pairs.map(({ ours, baseline }) => costs(ours.longestMs, baseline.longestMs)),
          ),
          rowOf(
            parkedMemory,
            pairs.map(({ ours, baseline }) => costs(kilobytes(ours), kilobytes(baseline))),
          ),
        ]
      } finally {
        mute.close()
      }
    },
  },
  {
    rows: [woken],
    async measure(plan) {
      const mute = createServer().listen(0, '127.0.0.1')
      await once(mute, 'listening')
      const { port: sinkPort } = mute.address() as AddressInfo
      const messages = plan.size(50_000, 500)
      const wake = async (lane: number | null): Promise<number> => {
        const haraka = await Haraka.start({ sinkPort, lane, concurrencyMax: 10, quick: true })
        const engine = createEngine({ ledger: haraka.ledger })
        try {
          if (lane === null) return (await haraka.wake(messages, null)).longestMs
          await engine.record(blocked)
          const { longestMs } = await haraka.wake(messages, async () => {
            await engine.release({ hold: { scope: 'sending-ip', id: 'default' } })
          })
          return longestMs
        } finally {
          await engine.close()
          await haraka.stop()
        }
      }
      try {
        const pairs = await interleave(plan, woken.name, 3, {
          ours: () => wake(1),
          baseline: () => wake(null),
        })
        return [
          rowOf(
            woken,
            pairs.map(({ ours, baseline }) => costs(ours, baseline)),
          ),
        ]
      } finally {
        mute.close()
      }
    },
  },
]

/** Closes a lane for a day. */
const blocked = {
  recipient: 'anna@icloud.com',
  sender: 'shop@example.com',
  stream: 'marketing',
  messageId: 'blocked',
  outcome: {
    kind: 'reply',
    input: '550 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.1',
    mx: 'mx01.mail.icloud.com',
  },
} as const

const turns = 6

/**
 * Each run with two fresh Harakas, as two processes of the same kind differ by some hundredths, in short turns. The warm-up is long,
 * as mail servers run for days.
 */
function speedRuns(plan: Plan, name: string, ours: Kind, baseline: Kind): Promise<SpeedSample[]> {
  return eachRun(plan, name, standardRuns, async () => {
    const stage = await Stage.set(ours, baseline)
    const turn = stage.turn(plan.size(500, 50))
    try {
      await inTurns(plan.size(turns, 1), turn)
      return speedOf(await inTurns(turns, turn))
    } finally {
      await stage.close()
    }
  })
}

/** How many sockets such a Haraka has open at most. */
async function peakOf(kind: Kind, messages: number): Promise<number> {
  const stage = await Stage.set(kind, kind)
  try {
    await stage.run(stage.bare, messages)
    return await stage.sink.peak()
  } finally {
    await stage.close()
  }
}

/** Two Harakas, of which only one works at a time, between whoever submits mail and the sink. */
class Stage {
  readonly #opened: { stop(): Promise<void> }[] = []
  sink!: Sink
  plugged!: Haraka
  bare!: Haraka
  loader!: Child<LoadRun, void>

  static async set(ours: Kind, baseline: Kind): Promise<Stage> {
    const stage = new Stage()
    const keep = <T extends { stop(): Promise<void> }>(part: T): T => {
      stage.#opened.push(part)
      return part
    }
    try {
      stage.sink = keep(await Sink.start())
      const { port: sinkPort } = stage.sink
      stage.plugged = keep(await Haraka.start({ lane: null, ...ours, sinkPort }))
      stage.bare = keep(await Haraka.start({ lane: null, ...baseline, sinkPort }))
      stage.loader = keep(Child.start<LoadRun, void>(new URL('load-process.js', import.meta.url)))
      return stage
    } catch (error) {
      await stage.close()
      throw error
    }
  }

  /** One turn of each side. */
  turn(messages: number): Sides<Speed> {
    return {
      ours: () => this.run(this.plugged, messages),
      baseline: () => this.run(this.bare, messages),
    }
  }

  /** Submits messages and waits until the last one is delivered. */
  async run(haraka: Haraka, messages: number): Promise<Speed> {
    const cpuBefore = await haraka.cpuMicros()
    const started = performance.now()
    const delivered = this.sink.count(messages)
    await Promise.all([this.loader.ask({ port: haraka.port, messages }), delivered])
    const perSecond = (messages / (performance.now() - started)) * 1000
    return { perSecond, cpuMicrosEach: ((await haraka.cpuMicros()) - cpuBefore) / messages }
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.map((part) => part.stop()))
  }
}
