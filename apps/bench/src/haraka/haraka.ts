import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { harakaHome, writeConfig, type HarakaKind } from './config-dir.ts'

/** How many messages that wait did to the process. */
export interface Parking {
  /** The longest time for which it stood still, in ms of its CPU. */
  longestMs: number
  /** Memory for each message. */
  eachBytes: number
}

/** A real Haraka in a process of its own, on loopback. */
export class Haraka {
  readonly port: number
  readonly #process: ChildProcess
  readonly #dir: string

  private constructor(child: ChildProcess, dir: string, port: number) {
    this.#process = child
    this.#dir = dir
    this.port = port
  }

  /** Starts it and waits until it listens. */
  static async start(kind: HarakaKind): Promise<Haraka> {
    const dir = writeConfig(kind)
    const { HARAKA: _, ...env } = process.env
    const child = spawn(process.execPath, [path.join(harakaHome, 'bin/haraka'), '-c', dir], {
      cwd: dir,
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    try {
      return new Haraka(child, dir, await portOf(child))
    } catch (error) {
      child.kill('SIGKILL')
      rmSync(dir, { recursive: true, force: true })
      throw error
    }
  }

  /** The CPU time it took so far, in microseconds, all its threads. */
  async cpuMicros(): Promise<number> {
    const answer = once(this.#process, 'message', { signal: AbortSignal.timeout(100_000) })
    this.#process.send({})
    const [{ user, system }] = (await answer) as [NodeJS.CpuUsage]
    return user + system
  }

  /** Hands it so many queued messages, and waits until all of them wait for the sink, which takes none. */
  async park(messages: number): Promise<Parking> {
    const answer = once(this.#process, 'message', { signal: AbortSignal.timeout(300_000) })
    this.#process.send({ park: messages })
    const [found] = (await answer) as [Parking | { error: string }]
    if ('error' in found) throw new Error(found.error)
    return found
  }

  /**
   * Hands it so many queued messages, which are deferred, by a hold or else by itself, and then wakes all of them.
   *
   * @param release called when all of them wait; `null`: Haraka defers and wakes them itself
   */
  async wake(messages: number, release: (() => Promise<void>) | null): Promise<Parking> {
    const signal = AbortSignal.timeout(500_000)
    const held = once(this.#process, 'message', { signal })
    this.#process.send({ hold: messages, deferred: release === null })
    const [first] = (await held) as ['held' | { error: string }]
    if (first !== 'held') throw new Error(first.error)
    const answer = once(this.#process, 'message', { signal })
    await release?.()
    const [found] = (await answer) as [Parking | { error: string }]
    if ('error' in found) throw new Error(found.error)
    return found
  }

  /** The plugin's ledger. */
  get ledger(): string {
    return `file:${path.join(this.#dir, 'icloud.db')}`
  }

  /** Ends it, whatever it is doing. */
  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const gone = once(this.#process, 'exit')
      this.#process.kill('SIGKILL')
      await gone
    }
    rmSync(this.#dir, { recursive: true, force: true })
  }
}

const longestStartMs = 100_000

/** Reads the log up to the line that tells the port, then lets it pass unread. */
async function portOf({ stdout, stderr }: ChildProcess): Promise<number> {
  const log: string[] = []
  const signal = AbortSignal.timeout(longestStartMs)
  stderr!.on('data', (chunk: Buffer) => log.push(chunk.toString()))
  for await (const line of createInterface({ input: stdout!, signal })) {
    log.push(line)
    const port = /Listening on .*:(\d+)\D*$/.exec(line)?.[1]
    if (port === undefined) continue
    stdout!.resume()
    return Number(port)
  }
  throw new Error(`Haraka did not start:\n${log.slice(-20).join('\n')}`)
}
