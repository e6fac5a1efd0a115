import { Attached } from './attached.ts'
import type { ClientPool, Mx, OutboundConfig, Plugin } from './haraka.ts'

const bounds = new Attached<Mx, number>()
const patched = new WeakSet<ClientPool>()

/**
 * Bounds the time that connecting to these hosts may take, whatever `connect_timeout` in outbound.ini says for others.
 * Haraka reads that option where it makes the socket, and gives nobody the socket before it is connected.
 *
 * @returns `null` if this Haraka makes its sockets in another way
 */
export function connectTimeOuts(plugin: Plugin): ((mx: Mx, ms: number) => void) | null {
  let pool: ClientPool
  let config: { cfg: OutboundConfig }
  try {
    pool = plugin.haraka_require('outbound/client_pool') as ClientPool
    config = plugin.haraka_require('outbound/config') as { cfg: OutboundConfig }
  } catch {
    return null
  }
  const { get_client: getClient } = pool
  if (typeof getClient !== 'function' || typeof config.cfg?.connect_timeout !== 'number') return null
  if (!patched.has(pool)) {
    pool.get_client = function (mx, callback) {
      const ms = bounds.get(mx)
      if (ms === undefined) return getClient.call(this, mx, callback)
      const { cfg } = config
      const usual = cfg.connect_timeout
      cfg.connect_timeout = ms / 1000
      try {
        return getClient.call(this, mx, callback)
      } finally {
        cfg.connect_timeout = usual
      }
    }
    patched.add(pool)
  }
  return (mx, ms) => bounds.set(mx, ms)
}
