import type { Change, Entry, Ledger } from '../ledger.ts'
import { redisLedger } from './redis-ledger.ts'
import type { RedisLedgerOptions } from './redis-options.ts'

/*
 * With a ledger that waits a moment only, a machine that stands still for as long is a server that does not answer: what has
 * to come about is asked for until it does, as a host would.
 */

async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ELEDGERIO') throw error
      // Rejecting takes a turn of the event loop at least.
      await new Promise(setImmediate)
    }
  }
}

export function openAgain(options: RedisLedgerOptions): Promise<Ledger> {
  return untilAnswered(() => redisLedger(options))
}

/** Reads until Redis answers again. */
export function readAgain(ledger: Ledger, keys: string[]): Promise<(Entry | null)[]> {
  return untilAnswered(() => ledger.read(keys))
}

/** Writes until Redis has answered, or has what is to be written: a write that rejected may have been applied. */
export function writtenAgain(ledger: Ledger, change: Change): Promise<boolean> {
  let isFirst = true
  return untilAnswered(async () => {
    const [entry] = isFirst ? [] : await ledger.read([change.key])
    isFirst = false
    return (entry && entry.value === change.value) || (await ledger.write([change]))
  })
}
