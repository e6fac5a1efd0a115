import { EngineError } from '../../errors.ts'
import type { Client } from './ioredis-client.ts'
import { redisError } from './redis-errors.ts'
import type { Script } from './script.ts'

/**
 * An answer is waited for in so many steps. A process that stood still, as with its machine, hears of all timers first and of
 * its sockets afterwards: the answer that is there by then is late by one step, and not by the time that nobody could wait.
 */
const steps = 10
/** How long a call waits for a connection that has just been lost, ms. After that calls reject at once. */
const graceMs = 1000

/** A client of ioredis whose calls end within a bounded time, with this package's errors. */
export class RedisConnection {
  /** For messages. */
  readonly where: string
  private readonly client: Client
  private readonly timeoutMs: number
  /** When the connection was lost, by `performance.now()`; `null` while it is there. */
  private lostAt: number | null = null
  private lastError: Error | null = null

  private constructor(client: Client, where: string, timeoutMs: number) {
    this.client = client
    this.timeoutMs = timeoutMs
    this.where = where
    client.on('error', (error) => {
      this.lastError = error
    })
    client.on('close', () => {
      this.lostAt ??= performance.now()
    })
    client.on('ready', () => {
      this.lostAt = null
      this.lastError = null
    })
  }

  /**
   * @param timeoutMs How long an answer may take.
   * @throws EngineError if it cannot be reached
   */
  static async open(client: Client, where: string, timeoutMs: number): Promise<RedisConnection> {
    const connection = new RedisConnection(client, where, timeoutMs)
    try {
      await connection.inTime(client.connect())
      return connection
    } catch (error) {
      client.disconnect()
      throw redisError(connection.lastError ?? error, where)
    }
  }

  /** Runs a command. Rejects with an EngineError; then it is not known whether it was carried out. */
  async call(command: string, args: readonly (string | number)[]): Promise<unknown> {
    try {
      await this.connected()
      return await this.inTime(this.client.call(command, args))
    } catch (error) {
      throw redisError(error, this.where)
    }
  }

  /** Runs a script, which Redis gets to know when it does not. */
  async run(
    { sha, text }: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    try {
      await this.connected()
      return await this.inTime(this.client.call('evalsha', [sha, keys.length, ...keys, ...args]))
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT'))
        throw redisError(error, this.where)
    }
    return this.call('eval', [text, keys.length, ...keys, ...args])
  }

  /** Ends the connection. What is under way has to be waited for before. */
  async close(): Promise<void> {
    await this.client.quit().catch(() => this.client.disconnect())
  }

  /** Makes the connection anew when there is no answer: whatever was not sent by then is never sent. */
  private async inTime<T>(answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      let left = steps
      const step = (): void => {
        if (left-- > 0) {
          timer = setTimeout(step, this.timeoutMs / steps)
          return
        }
        reject(new EngineError('ELEDGERIO', `${this.where} did not answer within ${this.timeoutMs / 1000} s`))
        this.client.disconnect(true)
      }
      step()
    })
    try {
      return await Promise.race([answer, late])
    } finally {
      clearTimeout(timer)
    }
  }

  private async connected(): Promise<void> {
    if (this.client.status === 'ready') return
    const rest = this.lostAt === null ? graceMs : this.lostAt + graceMs - performance.now()
    if (rest > 0 && (await this.readyWithin(rest))) return
    const why = this.lastError === null ? '' : `: ${this.lastError.message.slice(0, 200)}`
    throw new EngineError('ELEDGERIO', `${this.where} is out of reach${why}`)
  }

  private readyWithin(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isReady: boolean): void => {
        clearTimeout(timer)
        this.client.off('ready', onReady)
        resolve(isReady)
      }
      const onReady = (): void => end(true)
      const timer = setTimeout(end, ms, false)
      this.client.on('ready', onReady)
    })
  }
}
