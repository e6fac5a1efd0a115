import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { benchPlugin } from './bench-plugin.ts'

const require = createRequire(import.meta.url)

/** Where Haraka is installed. */
export const harakaHome: string = path.dirname(require.resolve('Haraka/package.json'))

/** What Haraka is to be like. */
export interface HarakaKind {
  /** Where all mail goes. */
  sinkPort: number
  /** Connections of the lane with our plugin; `null` for Haraka without it. */
  lane: number | null
  /** Shortens the times of the policy, and how often waiting mail looks for released holds. */
  quick?: boolean
  /** Haraka's own limit of what is under way. */
  concurrencyMax?: number
}

/**
 * Writes a configuration directory for a Haraka on loopback that relays mail from this machine to icloud.com to the
 * port of a sink. All else is as Haraka ships it.
 */
export function writeConfig({ sinkPort, lane, concurrencyMax, quick = false }: HarakaKind): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'icloud-bench-haraka-'))
  for (const folder of ['config', 'plugins', 'node_modules', 'queue']) mkdirSync(path.join(dir, folder))
  for (const name of ['connection.ini', 'log.ini', 'outbound.bounce_message']) {
    cpSync(path.join(harakaHome, 'config', name), path.join(dir, 'config', name))
  }
  const config = (name: string, ...lines: readonly string[]): void =>
    writeFileSync(path.join(dir, 'config', name), [...lines, ''].join('\n'))
  config('me', 'mail.example.com')
  config('host_list')
  config('relay_acl_allow', '127.0.0.1/32')
  config('smtp.ini', 'listen=127.0.0.1:0', 'nodes=0')
  config('plugins', 'relay', 'bench', ...(lane === null ? [] : ['icloud']))
  if (concurrencyMax !== undefined)
    config('outbound.ini', `concurrency_max=${concurrencyMax}`, 'connect_timeout=600')
  writeFileSync(path.join(dir, 'plugins', 'bench.js'), benchPlugin(sinkPort))
  if (lane !== null) {
    // Waiting mail looks for released holds every 3 s.
    const ini = ['[testing]', `mx=127.0.0.1:${sinkPort}`, '[testing_mx_records]']
    config('icloud.ini', ...ini, ...(quick ? ['[policy]', 'time_scale=0.05'] : []))
    const policy = { ceiling: lane, start: lane, floor: 1, reserve: 0 }
    const day = {
      scope: 'sending-ip',
      count: 1,
      windowSeconds: 60,
      forSeconds: 86_400,
      probeEverySeconds: 86_400,
    }
    const rules = { 'proofpoint-block': { hold: day } }
    config('icloud_policy.json', JSON.stringify({ lanes: { '*': policy }, rules }))
    // Haraka loads a package plugin by its `main`, from its own directory or the configuration's.
    const home = path.dirname(require.resolve('haraka-plugin-icloud/package.json'))
    symlinkSync(home, path.join(dir, 'node_modules', 'haraka-plugin-icloud'))
  }
  return dir
}
