import { createEngine, type Engine } from '@icloud-delivery/engine'
import { startSimulator, type Simulator, type SimulatorOptions } from '@icloud-delivery/mx-simulator'
import nodemailer, { type Transporter } from 'nodemailer'
import { onTestFinished } from 'vitest'
import type { IcloudOptions } from './options.ts'
import { withIcloud, type WithIcloud } from './with-icloud.ts'

/** Time that passes only while somebody waits, and then at once, or by `pass`. */
export interface ManualTime {
  clock: () => number
  timers: { setTimeout(callback: () => void, ms: number): unknown; clearTimeout(handle: unknown): void }
  pass(ms: number): void
  /** Every wait so far, in ms. */
  waits: number[]
}

export function manualTime(): ManualTime {
  let now = Date.UTC(2026, 0, 5, 9)
  const waits: number[] = []
  return {
    clock: () => now,
    pass: (ms) => {
      now += ms
    },
    timers: {
      setTimeout: (callback, ms) => {
        waits.push(ms)
        now += ms
        return setImmediate(callback)
      },
      clearTimeout: (handle) => clearImmediate(handle as NodeJS.Immediate),
    },
    waits,
  }
}

/** Options that make the simulator stand for Apple's MX. */
export function forSimulator(running: Simulator): IcloudOptions & { testing: { appleMx: string[] } } {
  return { testing: { appleMx: [`127.0.0.1:${running.port}`] }, resolveMx: false }
}

export async function simulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const running = await startSimulator({ starttls: false, ...options })
  onTestFinished(() => running.close())
  return running
}

/** A simulator, an engine with a ledger in memory, and the real Nodemailer towards it. */
export interface Stage {
  simulator: Simulator
  engine: Engine
  time: ManualTime
  transporter: WithIcloud<Transporter>
}

/** Nodemailer in front of a simulator that stands for Apple, with all the time in the world. */
export async function directStage(
  script: NonNullable<SimulatorOptions['script']> = {},
  { smtp = {}, simulator: simulated = {}, ownEngine = false, ...options }: StageOptions = {},
): Promise<Stage> {
  const apple = await simulator({ script, ...simulated })
  const time = manualTime()
  const given = options.engine ?? createEngine({ ledger: 'memory:', clock: time.clock, random: () => 0 })
  const inner = nodemailer.createTransport({ host: '127.0.0.1', port: apple.port, ...smtp })
  const transporter = withIcloud(inner as Transporter, {
    ...forSimulator(apple),
    ...(!ownEngine && { engine: given }),
    clock: time.clock,
    timers: time.timers,
    retry: { budgetMs: 7 * 86_400_000, maxAttempts: 10 },
    ...options,
  })
  onTestFinished(() => transporter.close())
  return { simulator: apple, engine: transporter.transporter.engine, time, transporter }
}

export interface StageOptions extends IcloudOptions {
  /** Options of Nodemailer. */
  smtp?: Record<string, unknown>
  simulator?: SimulatorOptions
  /** The transport makes its engine itself. */
  ownEngine?: boolean
}

/** A mail with all that a test does not care about. */
export function mail<T extends object>(
  to: string | string[],
  more?: T,
): { from: string; to: string | string[] } & T {
  return { from: 'news@example.com', subject: 'Hello', text: 'Hello there', to, ...(more as T) }
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  const value = await promise.then(
    () => new Error('It resolved'),
    (error: unknown) => error,
  )
  return value as Error & Record<string, unknown>
}
