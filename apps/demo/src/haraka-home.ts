import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Host } from '@icloud-delivery/mx-simulator'
import { demoPolicy } from './demo-policy.ts'
import type { Tempo } from './tempo.ts'

const require = createRequire(import.meta.url)

/** Where Haraka itself is installed. */
export const harakaInstallation: string = path.dirname(require.resolve('Haraka/package.json'))

/** What Haraka has to know. */
export interface HarakaSetup {
  /** The hosts that stand for Apple's MX. */
  apple: readonly Host[]
  /** The host that takes all other mail. */
  elsewhere: Host
  /** The kinds of mail besides `transactional`. */
  streams: readonly string[]
  /** Streams that have a lane of their own. */
  ownLanes: readonly string[]
  /** MX records, in the place of DNS. */
  mxRecords: Readonly<Record<string, readonly string[]>>
  tempo: Tempo
}

/** Ends Haraka, and takes its directory away, when the demo has died; and keeps it from asking DNS who 127.0.0.1 is. */
const demoPlugin = `'use strict'
const fs = require('node:fs')
exports.register = function () {
  const end = () => {
    // Its threads may still be writing.
    fs.rmSync(process.env.HARAKA, { recursive: true, force: true, maxRetries: 5 })
    process.exit(0)
  }
  process.stdin.on('close', end).resume()
  process.stdout.on('error', end)
  process.stderr.on('error', end)
}
exports.hook_lookup_rdns = (next) => next(OK, 'localhost')
`

/** Makes a directory of its own for one Haraka: configuration, queue and, later, the ledger. Returns its path. */
export function makeHarakaHome(setup: HarakaSetup): string {
  const home = mkdtempSync(path.join(tmpdir(), 'icloud-delivery-demo-'))
  const { port, address } = setup.elsewhere
  const elsewhere = JSON.stringify({ action: 'continue', nexthop: `${address}:${port}` })
  const files: Readonly<Record<string, string>> = {
    'plugins/demo.js': demoPlugin,
    'config/plugins': 'demo\nrelay\nicloud\n',
    'config/me': 'mail.example.com\n',
    'config/host_list': '',
    'config/relay_acl_allow': '127.0.0.1/32\n',
    'config/relay_dest_domains.ini': `[domains]\nany=${elsewhere}\n`,
    'config/smtp.ini': 'listen=127.0.0.1:0\nnodes=0\n',
    'config/log.ini': '[main]\nlevel=notice\n',
    'config/outbound.ini': 'temp_fail_intervals=5s*3\n',
    'config/icloud.ini': icloudIni(setup),
    'config/icloud_policy.json': JSON.stringify(demoPolicy(setup.tempo.hourMs / 1000, setup.tempo)),
  }
  for (const folder of ['config', 'plugins', 'node_modules', 'queue']) mkdirSync(path.join(home, folder))
  for (const name of ['connection.ini', 'outbound.bounce_message']) {
    cpSync(path.join(harakaInstallation, 'config', name), path.join(home, 'config', name))
  }
  const plugin = path.dirname(require.resolve('haraka-plugin-icloud/package.json'))
  symlinkSync(plugin, path.join(home, 'node_modules', 'haraka-plugin-icloud'), 'junction')
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(home, name), text)
  return home
}

/** The lane of a stream that has one of its own. */
export function laneOf(stream: string): string {
  return `ip-${stream}`
}

function icloudIni({ apple, streams, ownLanes, mxRecords, tempo }: HarakaSetup): string {
  return [
    '[main]',
    'ledger=file:icloud.db',
    `streams=${['transactional', 'marketing', ...streams].join(',')}`,
    '[lanes]',
    ...ownLanes.map((stream) => `${stream}=${laneOf(stream)}`),
    '[policy]',
    `time_scale=${tempo.timeScale.toFixed(12)}`,
    '[testing]',
    `mx=${apple.map(({ address, port }) => `${address}:${port}`).join(',')}`,
    `names=${apple.map(({ name }) => name).join(',')}`,
    '[testing_mx_records]',
    ...Object.entries(mxRecords).map(([domain, exchanges]) => `${domain}=${exchanges.join(',')}`),
    '',
  ].join('\n')
}
