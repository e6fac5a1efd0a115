import { OutboxError } from '../outbox-error.ts'

/**
 * Refuses a node of a cluster: the keys of a queue and what is counted of it have to be on one server, or nothing is done to
 * them at once.
 *
 * @param info what `INFO server` answered
 * @throws OutboxError `EOUTBOXCLUSTER`
 */
export function refuseCluster(info: string): void {
  if (!/^redis_mode:cluster\r?$/m.test(info)) return
  const about =
    'this Redis is a node of a cluster, and the outbox needs a single Redis: name another one, or use sqliteOutbox'
  throw new OutboxError('EOUTBOXCLUSTER', about)
}
