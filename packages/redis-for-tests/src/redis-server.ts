import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'
import { findRedisServer, noRedisServer } from './find-redis-server.ts'
import { freePort } from './free-port.ts'

export interface RedisServerOptions {
  /** Further options for its command line, such as `['--requirepass', 'secret']`. */
  args?: readonly string[]
  /** Has to be the one in `args`. */
  password?: string
  /** All slots of a cluster on this one node. */
  cluster?: boolean
}

const mostTries = 5

/**
 * A server on a loopback port and in a temporary directory of its own, with an append-only file. It ends with `stop`, and
 * with this process.
 */
export class RedisServer {
  readonly port: number
  private readonly directory: string
  private readonly args: readonly string[]
  private readonly password: string | null
  private child: ChildProcess | null = null

  private constructor(port: number, directory: string, options: RedisServerOptions) {
    const { args = [], cluster = false } = options
    this.port = port
    this.directory = directory
    this.password = options.password ?? null
    const clusterArgs = cluster ? ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'] : []
    this.args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', directory, '--save', '']
    this.args = [...this.args, '--appendonly', 'yes', ...clusterArgs, ...args]
    process.once('exit', this.endNow)
  }

  /** @throws Error if there is no server on this machine, or it does not start */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    for (let tries = 1; ; tries++) {
      const directory = mkdtempSync(join(tmpdir(), 'icloud-redis-'))
      const server = new RedisServer(await freePort(), directory, options)
      try {
        await server.run()
        if (options.cluster === true) await server.takeAllSlots()
        return server
      } catch (error) {
        await server.stop()
        // Somebody else may have been faster to take the port.
        if (tries === mostTries) throw error
      }
    }
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** As a power cut or the out-of-memory killer would end it. */
  async kill(): Promise<void> {
    await this.end('SIGKILL')
  }

  /** Runs it again, with what is in its append-only file. */
  async restart(): Promise<void> {
    await this.end('SIGTERM')
    await this.run()
  }

  /** Makes it answer nothing until `resume`, as a machine that is overloaded or was cut off. */
  pause(): void {
    this.child?.kill('SIGSTOP')
  }

  resume(): void {
    this.child?.kill('SIGCONT')
  }

  /** Sends one command over a connection of its own. */
  async command(name: string, ...args: string[]): Promise<unknown> {
    const { port, password } = this
    const account = password === null ? {} : { password }
    const client = new Redis({
      ...account,
      host: '127.0.0.1',
      port,
      lazyConnect: true,
      retryStrategy: () => null,
    })
    client.on('error', () => {})
    try {
      await client.connect()
      return await client.call(name, ...args)
    } finally {
      client.disconnect()
    }
  }

  /** Ends it and forgets what it kept. */
  async stop(): Promise<void> {
    process.off('exit', this.endNow)
    await this.end('SIGKILL')
    // A process of it that rewrites the append-only file may write for a moment after the first one has ended.
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }

  private readonly endNow = (): void => {
    this.child?.kill('SIGKILL')
    rmSync(this.directory, { recursive: true, force: true })
  }

  private async run(): Promise<void> {
    const program = findRedisServer()
    if (program === null) throw new Error(noRedisServer)
    const child = spawn(program, this.args, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.child = child
    let said = ''
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.includes('Ready to accept connections')) {
        child.stdout.resume()
        return
      }
      said += `${line}\n`
    }
    throw new Error(`${program} did not start: ${said}`)
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this
    this.child = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }

  private async takeAllSlots(): Promise<void> {
    await this.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    while (!String(await this.command('CLUSTER', 'INFO')).includes('cluster_state:ok'));
  }
}
