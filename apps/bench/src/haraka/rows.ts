import { Child } from '../child.ts'
import { interleave } from '../interleave.ts'
import type { Measurement } from '../measurement.ts'
import { rowOf, type RowSpec } from '../row.ts'
import { costs, rates } from '../sample.ts'
import { Sink } from '../smtp-sink/sink.ts'
import { Haraka } from './haraka.ts'
import type { LoadRun } from './load-process.ts'

const standardRuns = 9

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

/** The rows about what the plugin costs Haraka. */
export const harakaMeasurements: readonly Measurement[] = [
  {
    rows: [throughput, cpu],
    async measure(plan) {
      const stage = await Stage.set()
      try {
        const warmUp = plan.size(500, 50)
        await stage.run(stage.plugged, warmUp)
        await stage.run(stage.bare, warmUp)
        const messages = plan.size(1500, 100)
        const pairs = await interleave(plan, throughput.name, standardRuns, {
          ours: () => stage.run(stage.plugged, messages),
          baseline: () => stage.run(stage.bare, messages),
        })
        return [
          rowOf(
            throughput,
            pairs.map(({ ours, baseline }) => rates(ours.perSecond, baseline.perSecond)),
          ),
          rowOf(
            cpu,
            pairs.map(({ ours, baseline }) => costs(ours.cpuMicrosEach, baseline.cpuMicrosEach)),
          ),
        ]
      } finally {
        await stage.close()
      }
    },
  },
]

/** Two Harakas, of which only one works at a time, between whoever submits mail and the sink. */
class Stage {
  readonly #opened: { stop(): Promise<void> }[] = []
  sink!: Sink
  plugged!: Haraka
  bare!: Haraka
  loader!: Child<LoadRun, void>

  static async set(): Promise<Stage> {
    const stage = new Stage()
    const keep = <T extends { stop(): Promise<void> }>(part: T): T => {
      stage.#opened.push(part)
      return part
    }
    try {
      stage.sink = keep(await Sink.start())
      stage.plugged = keep(await Haraka.start(true, stage.sink.port))
      stage.bare = keep(await Haraka.start(false, stage.sink.port))
      stage.loader = keep(Child.start<LoadRun, void>(new URL('load-process.js', import.meta.url)))
      return stage
    } catch (error) {
      await stage.close()
      throw error
    }
  }

  /** Submits messages and waits until the last one is delivered. */
  async run(haraka: Haraka, messages: number): Promise<{ perSecond: number; cpuMicrosEach: number }> {
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
