import { EngineError } from '../../errors.ts'
import type { RedisConnection } from './redis-connection.ts'
import type { RedisKeys } from './redis-keys.ts'

/** The layout that this package reads and writes, see `RedisKeys`. */
const format = '1'

/**
 * Looks whether the keys are a ledger of this version, and warns if Redis would forget some of them.
 *
 * @throws EngineError `ELEDGERVERSION`
 */
export async function checkServer(connection: RedisConnection, keys: RedisKeys): Promise<void> {
  await connection.call('set', [keys.format, format, 'NX'])
  const found = await connection.call('get', [keys.format])
  if (found !== format) {
    throw new EngineError(
      'ELEDGERVERSION',
      `${connection.where} holds a ledger of layout ${String(found).slice(0, 20)}, this package knows ${format}: update ` +
        '@icloud-delivery/engine in every process that shares it. It was left as it is',
    )
  }
  // Who may not ask does not get to know.
  const memory = await connection.call('info', ['memory']).catch(() => '')
  const [, policy] = /^maxmemory_policy:(allkeys-\S+)/m.exec(String(memory)) ?? []
  if (policy !== undefined) warnOnce(connection.where, policy)
}

const warned = new Set<string>()

function warnOnce(where: string, policy: string): void {
  if (warned.has(where)) return
  warned.add(where)
  process.emitWarning(
    `${where} has the maxmemory-policy ${policy}: when its memory is full it forgets who must get no mail. Set it to ` +
      'noeviction',
    { code: 'ICLOUD_REDIS_EVICTS' },
  )
}
