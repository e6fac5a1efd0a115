import { EngineError } from '../../errors.ts'

/** What to do about errors of Redis, by how they begin. */
const advice: readonly (readonly [begin: string, advice: string])[] = [
  ['MOVED', 'this server is part of a cluster: give redisLedger a Cluster of ioredis as client'],
  ['CROSSSLOT', 'this server is part of a cluster: give redisLedger a Cluster of ioredis as client'],
  ['NOAUTH', 'it wants a password: redis://:password@host:port'],
  ['WRONGPASS', 'check user and password'],
  ['NOPERM', 'this user may not run what a ledger needs, see the documentation of redisLedger'],
  ['OOM', 'it has no memory left: raise maxmemory'],
  ['MISCONF', 'it cannot write to its disk'],
  ['READONLY', 'it is a replica: name the primary'],
]

/**
 * An error of ioredis in this package's words. It has no cause: those of ioredis hold the command, and with it the
 * password or addresses.
 */
export function redisError(error: unknown, where: string): EngineError {
  if (error instanceof EngineError) return error
  const what = (error instanceof Error ? error.message : String(error)).slice(0, 300)
  if (error instanceof SyntaxError || what.includes('WRONGTYPE')) {
    return new EngineError(
      'ELEDGERDAMAGED',
      `${where} holds something under the ledger's keys that is no ledger's. It was left as it is: restore a copy, or ` +
        'choose another prefix',
    )
  }
  const [, help] = advice.find(([begin]) => what.startsWith(begin)) ?? []
  return new EngineError('ELEDGERIO', `${where}: ${what}${help === undefined ? '' : ` (${help})`}`)
}
