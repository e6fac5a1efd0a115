import { describe, expect, it } from 'vitest'
import { connectTimeOuts } from './connect-time-out.ts'
import type { ClientPool, OutboundConfig, Plugin } from './haraka.ts'

function haraka(parts: Record<string, unknown>): Plugin {
  const haraka_require = (name: string): unknown => {
    if (!(name in parts)) throw new Error(`Cannot find module './${name}'`)
    return parts[name]
  }
  return { haraka_require } as Partial<Plugin> as Plugin
}

describe('the time to connect', () => {
  it('is bounded for the hosts that were named, and for no others', () => {
    const config: { cfg: OutboundConfig } = { cfg: { connect_timeout: 240 } }
    const seen: number[] = []
    const pool: ClientPool = { get_client: () => void seen.push(config.cfg.connect_timeout) }
    const plugin = haraka({ 'outbound/client_pool': pool, 'outbound/config': config })
    const apple = { exchange: '192.0.2.1' }
    const bound = connectTimeOuts(plugin)
    connectTimeOuts(plugin)?.(apple, 30_000)
    expect(bound).not.toBeNull()
    pool.get_client(apple, () => {})
    pool.get_client({ exchange: '192.0.2.1' }, () => {})
    // Haraka reads outbound.ini again when it changes.
    config.cfg = { connect_timeout: 60 }
    pool.get_client(apple, () => {})
    expect([...seen, config.cfg.connect_timeout]).toEqual([30, 240, 30, 60])
  })

  it('is left to Haraka if it makes its sockets in another way', () => {
    expect(connectTimeOuts(haraka({}))).toBeNull()
    expect(connectTimeOuts(haraka({ 'outbound/client_pool': {}, 'outbound/config': {} }))).toBeNull()
  })
})
