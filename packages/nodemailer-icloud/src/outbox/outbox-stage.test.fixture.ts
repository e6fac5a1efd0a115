import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Simulator, SimulatorOptions } from '@icloud-delivery/mx-simulator'
import nodemailer, { type Transporter } from 'nodemailer'
import { onTestFinished } from 'vitest'
import type { IcloudOptions } from '../options.ts'
import { forSimulator, simulator } from '../stage.test.fixture.ts'
import { withIcloud, type WithIcloud } from '../with-icloud.ts'
import type { OutboxConnection } from './bullmq/outbox-connection.ts'
import type { OutboxOptions } from './outbox-options.ts'
import type { Outbox } from './outbox.ts'
import { sqliteOutbox } from './sqlite/sqlite-outbox.ts'
import type { OutboxWorker } from './worker/outbox-worker.ts'
import type { OutboxEvents } from './worker/report.ts'

/** A simulator that stands for Apple, and transporters with an outbox, as the processes of an application would have. */
export interface OutboxStage {
  simulator: Simulator
  file: string
  ledger: string
  clock: () => number
  /** Lets time pass. */
  pass: (ms: number) => void
  /** Another process of the application. */
  start: (options?: StageOptions) => StartedApp
  /** A transporter that is not wrapped. */
  plain: () => Transporter
  options: IcloudOptions
}

export interface StartedApp {
  transporter: WithIcloud<Transporter>
  outbox: Outbox
  worker: OutboxWorker
}

export interface StageOptions extends IcloudOptions {
  smtp?: Record<string, unknown>
  box?: OutboxOptions
}

export async function outboxStage(
  script: NonNullable<SimulatorOptions['script']> = {},
): Promise<OutboxStage> {
  const apple = await simulator({ script })
  const directory = mkdtempSync(join(tmpdir(), 'icloud-outbox-'))
  const file = join(directory, 'outbox.db')
  const ledger = `file:${join(directory, 'icloud.db')}`
  const started: { transporter: WithIcloud<Transporter>; outbox: Outbox }[] = []
  onTestFinished(async () => {
    for (const { transporter, outbox } of started) {
      await transporter.transporter.worker?.close()
      transporter.close()
      await outbox.close()
    }
    // The engine is closed once its transporter is, and nobody is told when.
    rmSync(directory, { recursive: true, force: true, maxRetries: 10 })
  })
  let now = Date.now()
  const clock = (): number => now
  const plain = (smtp = {}): Transporter =>
    nodemailer.createTransport({ host: '127.0.0.1', port: apple.port, ...smtp })
  const options: IcloudOptions = { ...forSimulator(apple), ledger, clock }
  return {
    simulator: apple,
    file,
    ledger,
    clock,
    options,
    plain,
    pass: (ms) => {
      now += ms
    },
    start: ({ smtp = {}, box = {}, ...more } = {}) => {
      const outbox = more.outbox ?? sqliteOutbox(file, box)
      const transporter = withIcloud(plain(smtp), { ...options, outbox, ...more })
      started.push({ transporter, outbox })
      return { transporter, outbox, worker: transporter.transporter.worker as OutboxWorker }
    },
  }
}

/** A Redis that may take a minute for an answer: a machine that stands still is not one that does not answer. */
export function patiently({ port }: { port: number }): OutboxConnection {
  return { host: '127.0.0.1', port, commandTimeout: 60_000, connectTimeout: 60_000 }
}

/** The next event of this name. */
export function next<K extends keyof OutboxEvents>(worker: OutboxWorker, event: K): Promise<OutboxEvents[K]> {
  return new Promise((resolve) => worker.once(event, resolve as never))
}
