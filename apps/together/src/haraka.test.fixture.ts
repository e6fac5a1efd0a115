import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'

const require = createRequire(import.meta.url)
const homeOf = (name: string): string => path.dirname(require.resolve(`${name}/package.json`))

/** A real Haraka in a process of its own, on loopback. */
export interface Haraka {
  port: number
  /** The file that `ledger=file:icloud.db` names. */
  ledger: string
  log: readonly string[]
  stop(): Promise<void>
}

/**
 * Starts Haraka with the plugin, and waits until it listens. `icloud`: lines of `config/icloud.ini`; `more`: files in its home,
 * instead of those that there are; `packages`: what is installed beside the plugin.
 */
export async function startHaraka(
  icloud: readonly string[],
  policy: object,
  more: Readonly<Record<string, string>> = {},
  packages: readonly string[] = [],
): Promise<Haraka> {
  const home = mkdtempSync(path.join(tmpdir(), 'together-'))
  for (const folder of ['config', 'plugins', 'node_modules', 'queue']) mkdirSync(path.join(home, folder))
  for (const name of ['connection.ini', 'outbound.bounce_message']) {
    cpSync(path.join(homeOf('Haraka'), 'config', name), path.join(home, 'config', name))
  }
  for (const name of ['haraka-plugin-icloud', ...packages]) {
    const place = path.join(home, 'node_modules', name)
    mkdirSync(path.dirname(place), { recursive: true })
    symlinkSync(homeOf(name), place)
  }
  const files = {
    plugins: 'relay\nicloud\n',
    me: 'mail.example.com\n',
    host_list: '',
    relay_acl_allow: '127.0.0.1/32\n',
    'smtp.ini': 'listen=127.0.0.1:0\nnodes=0\n',
    'log.ini': '[main]\nlevel=notice\n',
    'icloud.ini': `${icloud.join('\n')}\n`,
    'icloud_policy.json': JSON.stringify(policy),
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(home, 'config', name), text)
  for (const [name, text] of Object.entries(more)) writeFileSync(path.join(home, name), text)
  const { HARAKA: _, HARAKA_TEST_DIR: __, NODE_ENV: ___, ...env } = process.env
  const child = spawn(process.execPath, [path.join(homeOf('Haraka'), 'bin/haraka'), '-c', home], {
    cwd: home,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log: string[] = []
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    }
    rmSync(home, { recursive: true, force: true, maxRetries: 10 })
  }
  try {
    return { port: await listening(child, log), ledger: `file:${path.join(home, 'icloud.db')}`, log, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function listening(child: ChildProcess, log: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(new Error(`Haraka did not start:\n${log.slice(-40).join('\n')}`))
    const timer = setTimeout(fail, 100_000)
    const onLine = (line: string): void => {
      log.push(line)
      const port = /Listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1]
      if (port === undefined) return
      clearTimeout(timer)
      resolve(Number(port))
    }
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', onLine)
    }
    child.on('exit', fail)
  })
}
