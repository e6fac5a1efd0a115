import type { Redis } from 'ioredis'
import { OutboxError } from '../outbox-error.ts'

/** A message that is counted and has no job gets one within this time, or its process died, ms. */
const orphanAfterMs = 60_000
/** How often it is looked for orphans at most because the outbox is full, ms. */
const tidyEveryMs = 10_000
const pageSize = 500

/*
 * The sum changes only together with the size of one message, in one script: so it is always that of the sizes, and whatever
 * is done twice counts once.
 */

/** Sizes, sum; id, bytes, most messages, most bytes. Gives 0, messages and sum, or 1 or 2 for what there is too much of. */
const countScript = `
local old = redis.call('HGET', KEYS[1], ARGV[1])
local oldBytes = old and tonumber(string.match(old, '^%d+')) or 0
local messages = redis.call('HLEN', KEYS[1])
local sum = tonumber(redis.call('GET', KEYS[2]) or '0')
local bytes = tonumber(ARGV[2])
if not old and messages >= tonumber(ARGV[3]) then return {1, messages, sum} end
if sum - oldBytes + bytes > tonumber(ARGV[4]) then return {2, messages, sum} end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. redis.call('TIME')[1])
redis.call('INCRBY', KEYS[2], bytes - oldBytes)
return {0, messages, sum}`

/** Sizes, sum, job; id. Not if the message is there again: it is counted anew. */
const forgetScript = `
local old = redis.call('HGET', KEYS[1], ARGV[1])
if not old or redis.call('EXISTS', KEYS[3]) == 1 then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('DECRBY', KEYS[2], string.match(old, '^%d+'))
return 1`

/** Sizes, sum; what the keys of jobs begin with, age in seconds, ids. */
const tidyScript = `
local now = tonumber(redis.call('TIME')[1])
local gone = 0
for index = 3, #ARGV do
  local old = redis.call('HGET', KEYS[1], ARGV[index])
  if old and redis.call('EXISTS', ARGV[1] .. ARGV[index]) == 0 then
    local bytes, at = string.match(old, '^(%d+) (%d+)$')
    if now - tonumber(at) >= tonumber(ARGV[2]) then
      redis.call('HDEL', KEYS[1], ARGV[index])
      redis.call('DECRBY', KEYS[2], bytes)
      gone = gone + 1
    end
  end
end
return gone`

/** How many messages a queue holds, and how many bytes: by the message, so that the sum cannot drift. */
export class MessageSizes {
  readonly #client: Redis
  readonly #jobs: string
  readonly #keys: readonly [sizes: string, sum: string]
  #tidiedAt = -Infinity

  /** @param queue what all keys of the queue begin with, as `bull:name:` */
  constructor(client: Redis, queue: string) {
    this.#client = client
    this.#jobs = queue
    this.#keys = [`${queue}outbox-sizes`, `${queue}outbox-bytes`]
  }

  /**
   * Counts a message that is about to be stored.
   *
   * @throws OutboxError `EOUTBOXFULL`
   */
  async count(id: string, bytes: number, maxMessages: number, maxBytes: number): Promise<void> {
    for (;;) {
      const [what = 0, messages = 0, sum = 0] = await this.#set(id, bytes, maxMessages, maxBytes)
      if (what === 0) return
      // Not for the sake of messages that are not there any more.
      const isLongAgo = performance.now() - this.#tidiedAt > tidyEveryMs
      if (isLongAgo) this.#tidiedAt = performance.now()
      if (isLongAgo && (await this.tidy()) > 0) continue
      throw new OutboxError(
        'EOUTBOXFULL',
        what === 1
          ? `the outbox holds ${messages} messages, its maxMessages`
          : `the outbox holds ${sum} bytes; with ${bytes} more it were over its maxBytes`,
      )
    }
  }

  /** A message that is there has this size, whatever was counted before. */
  async change(id: string, bytes: number): Promise<void> {
    await this.#set(id, bytes, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  }

  /** A message is no more. */
  async forget(id: string): Promise<void> {
    await this.#client.eval(forgetScript, 3, ...this.#keys, `${this.#jobs}${id}`, id)
  }

  async #set(id: string, bytes: number, maxMessages: number, maxBytes: number): Promise<number[]> {
    const answer = await this.#client.eval(countScript, 2, ...this.#keys, id, bytes, maxMessages, maxBytes)
    return answer as number[]
  }

  async bytes(): Promise<number> {
    return Number((await this.#client.get(this.#keys[1])) ?? 0)
  }

  /**
   * Takes out what is counted and is not there: its process was killed between the two, or the job was removed by another tool.
   *
   * @returns how many
   */
  async tidy(): Promise<number> {
    let gone = 0
    let cursor = '0'
    do {
      const [next, page] = await this.#client.hscan(this.#keys[0], cursor, 'COUNT', pageSize)
      cursor = next
      const ids = page.filter((_, index) => index % 2 === 0)
      if (ids.length === 0) continue
      const answer = await this.#client.eval(
        tidyScript,
        2,
        ...this.#keys,
        this.#jobs,
        orphanAfterMs / 1000,
        ...ids,
      )
      gone += Number(answer)
    } while (cursor !== '0')
    return gone
  }
}
