import { setImmediate as turn } from 'node:timers/promises'
import type { Outbound } from './haraka.ts'
import { AT_ONCE } from './timer-queue.ts'

const changed = new WeakSet<object>()

/**
 * Has `haraka --qunstick <domain>` start what is put off, for domains at Apple. Haraka reads all queue files of the domain
 * again, also those of messages that it has in memory, and sends both: what waits for a hold or a connection would arrive
 * twice. What waits for a connection, or has one, goes on as it was.
 *
 * @param outbound its queue of deferred messages is quickened
 * @param isApple may have to ask, and never rejects
 */
export function flushOnce(
  outbound: Pick<Outbound, 'flush_queue' | 'list_queue' | 'temp_fail_queue'>,
  isApple: (domain: string) => boolean | Promise<boolean>,
): void {
  const original = outbound.flush_queue
  if (changed.has(outbound)) return
  changed.add(outbound)
  outbound.flush_queue = async (domain, pid) => {
    const isOurs = domain !== undefined && domain !== '' && (await isApple(domain))
    if (!isOurs) return original.call(outbound, domain, pid)
    const name = domain.toLowerCase()
    const listed = await outbound.list_queue()
    const files = new Set(
      listed
        .filter((one) => one.domain.toLowerCase() === name && (pid === undefined || one.pid === pid))
        .map(({ file }) => file),
    )
    let begun = 0
    for (const entry of outbound.temp_fail_queue.queue.filter(({ id }) => files.has(id))) {
      // What has begun meanwhile does not begin again.
      entry.cb?.()
      if (++begun % AT_ONCE === 0) await turn()
    }
  }
}
