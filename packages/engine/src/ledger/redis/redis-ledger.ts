import { EngineError } from '../../errors.ts'
import { checkEventBounds, type EventBounds } from '../event-bounds.ts'
import { EventCuts } from '../event-cuts.ts'
import type { Change, Count, Counts, Entry, EventQuery, Ledger, LedgerEvent, StoredEvent } from '../ledger.ts'
import { Batches } from './batches.ts'
import { ioredisClient } from './ioredis-client.ts'
import { countsOf, entryOf, eventsOf, readKeys } from './redis-reading.ts'
import { RedisConnection } from './redis-connection.ts'
import { RedisKeys } from './redis-keys.ts'
import { checkRedisOptions, type RedisLedgerOptions } from './redis-options.ts'
import { checkServer } from './check-server.ts'
import { countsScript, eventsScript, listScript } from './read-scripts.ts'
import { redisWrite, type RedisWrite } from './redis-write.ts'
import { redisError } from './redis-errors.ts'
import { writeScript } from './write-script.ts'

/** Writes in one call: what is more keeps Redis from everybody else for longer than a ms. */
const writesAtOnce = 100
/** Keys that are looked up in one call, unless one caller asks for more. */
const keysAtOnce = 1000
/** Entries of a page, and events that one call looks at: about a ms of Redis' time. */
const pageSize = 500
const eventsALook = 1000
/** Calls under way: the next is on its way while one is answered, and more would be smaller. */
const callsUnderWay = 2

/**
 * A ledger in Redis 5 or newer, or Valkey, for many processes on many machines. It needs the package ioredis, 6 or 5.11.
 *
 * What `write` resolved is in Redis, and as durable there as `appendonly` and `appendfsync` make it: with `always` it
 * survives a power cut, with `everysec` one loses the last second, without an append-only file everything since the last
 * snapshot. A failover loses what the replica did not have yet. Nothing may be evicted (`maxmemory-policy noeviction`, or a
 * `volatile-` one): whoever unsubscribed would be forgotten.
 *
 * All keys have one hash tag, so a cluster keeps a ledger on one node. While Redis is away, calls reject after a second at
 * most, and those that were under way within `timeoutSeconds`; it is found again by itself. A write that rejected may have
 * been applied: read again before you decide again.
 *
 * Whoever can write to Redis decides who gets mail. A user of its own needs the keys `~{icloud}*` and the commands `get`,
 * `set`, `mget`, `info`, `evalsha`, `eval` and those in the scripts.
 *
 * @throws EngineError `EARGUMENT`, `ELEDGERURL`, `ELEDGERDRIVER` if ioredis is missing, `ELEDGERVERSION` for keys of a newer
 *   version, `ELEDGERIO` if it is out of reach
 */
export async function redisLedger(options: RedisLedgerOptions): Promise<Ledger> {
  const checked = checkRedisOptions(options)
  const bounds = checkEventBounds(options, 100_000)
  const keys = new RedisKeys(checked.prefix)
  const connection = await RedisConnection.open(
    await ioredisClient(checked),
    checked.where,
    checked.timeoutMs,
  )
  try {
    await checkServer(connection, keys)
  } catch (error) {
    await connection.close()
    throw error
  }
  return new RedisLedger(connection, keys, bounds)
}

class RedisLedger implements Ledger {
  private readonly connection: RedisConnection
  private readonly keys: RedisKeys
  private readonly maxEvents: number
  private readonly cuts: EventCuts
  private readonly reads: Batches<readonly string[], (Entry | null)[]>
  private readonly writes: Batches<RedisWrite, boolean>
  private closing: Promise<void> | null = null

  constructor(connection: RedisConnection, keys: RedisKeys, bounds: Required<EventBounds>) {
    this.connection = connection
    this.keys = keys
    this.maxEvents = bounds.maxEvents
    this.cuts = new EventCuts(bounds.maxEventAgeSeconds)
    this.reads = new Batches(
      (batch) => readKeys(connection, keys, batch),
      (asked) => asked.length,
      keysAtOnce,
      callsUnderWay,
    )
    this.writes = new Batches(
      (batch) => this.writeAll(batch),
      () => 1,
      writesAtOnce,
      callsUnderWay,
    )
  }

  read(keys: readonly string[]): Promise<(Entry | null)[]> {
    if (this.closing) return Promise.reject(this.closedError())
    return keys.length === 0 ? Promise.resolve([]) : this.reads.add(keys)
  }

  write(
    changes: readonly Change[],
    events: readonly LedgerEvent[] = [],
    counts: readonly Count[] = [],
  ): Promise<boolean> {
    if (this.closing) return Promise.reject(this.closedError())
    for (const { at } of events) this.cuts.note(at)
    return this.writes.add(redisWrite(this.keys, changes, events, counts))
  }

  async counts(groups: readonly string[]): Promise<Counts[]> {
    this.refuseIfClosed()
    if (groups.length === 0) return []
    const keys = groups.map((group) => this.keys.counts + group)
    return countsOf(await this.connection.run(countsScript, keys, []))
  }

  async *list(prefix: string): AsyncIterable<Entry> {
    const { index, entries } = this.keys
    let last = ''
    for (;;) {
      this.refuseIfClosed()
      const page = (await this.connection.run(
        listScript,
        [index, entries],
        [prefix, last, pageSize],
      )) as string[]
      for (let n = 0; n < page.length; n += 2) {
        last = page[n]!
        yield this.understood(() => entryOf(last, page[n + 1]!))
      }
      if (page.length < 2 * pageSize) return
    }
  }

  async events(query: EventQuery = {}): Promise<StoredEvent[]> {
    const { limit = 100, before = Infinity } = query
    const words = [query.type, query.subject].flatMap((word) =>
      word === undefined ? [] : [JSON.stringify(word)],
    )
    const look = words.length === 0 ? Math.min(limit, eventsALook) : eventsALook
    const all: StoredEvent[] = []
    let from: number | '' = before === Infinity ? '' : before - 1
    while ((from === '' || from > 0) && all.length < limit) {
      this.refuseIfClosed()
      const [next, ...found] = (await this.connection.run(
        eventsScript,
        [this.keys.events, this.keys.eventCount],
        [from, look, limit - all.length, ...words],
      )) as [number, ...(number | string)[]]
      all.push(...this.understood(() => eventsOf(found, query)))
      from = next
    }
    return all
  }

  close(): Promise<void> {
    this.closing ??= this.finish()
    return this.closing
  }

  private async finish(): Promise<void> {
    await Promise.all([this.writes.drain(), this.reads.drain()])
    await this.connection.close()
  }

  private async writeAll(batch: readonly RedisWrite[]): Promise<boolean[]> {
    const { version, eventCount, events, index, entries } = this.keys
    const cut = this.cuts.take()
    const changed = batch.flatMap((write) => write.entries)
    const groups = batch.flatMap((write) => write.groups)
    const head = [this.maxEvents, cut?.before ?? '', cut?.after ?? '', changed.length]
    const applied = (await this.connection.run(
      writeScript,
      [version, eventCount, events, index, entries, ...changed, ...groups],
      [...head, ...batch.flatMap((write) => write.args)],
    )) as string
    return batch.map((_, n) => applied[n] === '1')
  }

  private understood<T>(parse: () => T): T {
    try {
      return parse()
    } catch (error) {
      throw redisError(error, this.connection.where)
    }
  }

  private refuseIfClosed(): void {
    if (this.closing) throw this.closedError()
  }

  private closedError(): EngineError {
    return new EngineError('ELEDGERCLOSED', `${this.connection.where} was closed; open another ledger`)
  }
}
