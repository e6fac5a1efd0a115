import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { createTransport } from 'nodemailer'

const require = createRequire(import.meta.url)
const harakaHome = path.dirname(require.resolve('Haraka/package.json'))
const packageHome = path.resolve(import.meta.dirname, '..')

/** What to run. */
export interface HarakaOptions {
  /** Lines of `config/icloud.ini`. */
  icloud: string
  /** `host:port` that mail to any other domain is delivered to: the senders' own mailboxes. */
  mailboxes: string
  /** Worker processes. Default 0: one process for everything. */
  nodes?: number
  /** Names for `config/plugins`, loaded besides relay and icloud. */
  plugins?: readonly string[]
  /** Sources of plugins, by name. */
  ownPlugins?: Readonly<Record<string, string>>
  /** Further files of the configuration directory. */
  config?: Readonly<Record<string, string>>
}

/** One message to send. */
export interface Mail {
  from: string
  to: readonly string[]
  subject?: string
  headers?: Record<string, string>
  /** The whole message, instead of the subject and headers. */
  raw?: string
  /** Whom to log in as, with the password "secret". */
  user?: string
}

/** A real Haraka in a process of its own, on loopback. */
export class Haraka {
  readonly dir: string
  readonly process: ChildProcess
  readonly log: string[] = []
  port = 0
  /** Resolves when it and its workers have ended: they hold its output open. */
  readonly ended: Promise<unknown>
  readonly #waiting = new Set<() => void>()

  constructor(dir: string, child: ChildProcess) {
    this.dir = dir
    this.process = child
    const { stdout, stderr } = child
    for (const stream of [stdout, stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#line(line))
    }
    child.on('exit', () => this.#wake())
    this.ended = once(child, 'close')
  }

  get ledger(): string {
    return `file:${path.join(this.dir, 'icloud.db')}`
  }

  /** Resolves with the first log line, from the beginning, that matches. Rejects if Haraka ends before. */
  logged(what: string | RegExp, timeoutMs = 50_000): Promise<string> {
    const find = (): string | undefined =>
      this.log.find((line) => (typeof what === 'string' ? line.includes(what) : what.test(line)))
    return new Promise((resolve, reject) => {
      const end = (act: () => void): void => {
        clearTimeout(timer)
        this.#waiting.delete(look)
        act()
      }
      const fail = (why: string): void =>
        end(() =>
          reject(new Error(`${why} before it logged ${String(what)}:\n${this.log.slice(-40).join('\n')}`)),
        )
      const look = (): void => {
        const line = find()
        if (line !== undefined) end(() => resolve(line))
        else if (this.process.exitCode !== null) fail(`Haraka ended with code ${this.process.exitCode}`)
      }
      const timer = setTimeout(() => fail(`${timeoutMs} ms passed`), timeoutMs)
      this.#waiting.add(look)
      look()
    })
  }

  /** Hands a message over; resolves with Haraka's reply. */
  async send({ from, to, subject = 'Hello', headers = {}, raw, user }: Mail): Promise<string> {
    const transport = createTransport({
      host: '127.0.0.1',
      port: this.port,
      ignoreTLS: true,
      ...(user === undefined ? {} : { auth: { user, pass: 'secret' } }),
    })
    try {
      const envelope = { from, to: [...to] }
      if (raw !== undefined) return (await transport.sendMail({ envelope, raw })).response
      const sent = await transport.sendMail({
        envelope,
        from: from || 'daemon@example.com',
        to: [...to],
        subject,
        text: 'How are you?\n',
        headers,
      })
      return sent.response
    } finally {
      transport.close()
    }
  }

  /** Ends the process without a word, as a crash would. */
  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return
    const gone = once(this.process, 'exit')
    this.process.kill('SIGKILL')
    await gone
  }

  /** Ends Haraka. Rejects if it had ended by itself: it crashed then. */
  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.process
    if (exitCode === null && signalCode === null) this.process.kill('SIGTERM')
    // Its workers end later than it does, and write until then.
    await this.ended
    rmSync(this.dir, { recursive: true, force: true })
    if (exitCode !== null) throw new Error(`Haraka crashed:\n${this.log.slice(-40).join('\n')}`)
  }

  #line(line: string): void {
    this.log.push(line)
    this.#wake()
  }

  #wake(): void {
    for (const look of this.#waiting) look()
  }
}

/** Writes a configuration directory. */
export function configure(options: HarakaOptions): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'haraka-icloud-'))
  const file = (name: string, text: string): void => writeFileSync(path.join(dir, name), text)
  for (const folder of ['config', 'plugins', 'node_modules', 'queue']) mkdirSync(path.join(dir, folder))
  for (const name of ['connection.ini', 'outbound.bounce_message']) {
    cpSync(path.join(harakaHome, 'config', name), path.join(dir, 'config', name))
  }
  symlinkSync(packageHome, path.join(dir, 'node_modules', 'haraka-plugin-icloud'))
  for (const name of options.plugins ?? []) {
    const home = path.dirname(require.resolve(`haraka-plugin-${name}/package.json`))
    symlinkSync(home, path.join(dir, 'node_modules', `haraka-plugin-${name}`))
  }
  for (const [name, source] of Object.entries(options.ownPlugins ?? {})) file(`plugins/${name}.js`, source)
  const own = Object.keys(options.ownPlugins ?? {})
  file('config/plugins', ['relay', ...(options.plugins ?? []), ...own, 'icloud', ''].join('\n'))
  file('config/me', 'mail.example.com\n')
  file('config/host_list', '')
  file('config/relay_acl_allow', '127.0.0.1/32\n')
  file(
    'config/relay_dest_domains.ini',
    `[domains]\nany={"action":"continue","nexthop":"${options.mailboxes}"}\n`,
  )
  file('config/smtp.ini', `listen=127.0.0.1:0\nnodes=${options.nodes ?? 0}\n`)
  file('config/log.ini', '[main]\nlevel=notice\n')
  file('config/outbound.ini', 'temp_fail_intervals=5s*3\n')
  file('config/icloud.ini', options.icloud)
  for (const [name, text] of Object.entries(options.config ?? {})) file(`config/${name}`, text)
  return dir
}

/** Starts Haraka in a configured directory and waits until it listens. */
export async function run(dir: string): Promise<Haraka> {
  const { HARAKA: _, HARAKA_TEST_DIR: __, NODE_ENV: ___, ...env } = process.env
  // .ci/node-majors names another one.
  const node = process.env.NODE_OF_HARAKA ?? process.execPath
  const child = spawn(node, [path.join(harakaHome, 'bin/haraka'), '-c', dir], {
    cwd: dir,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const haraka = new Haraka(dir, child)
  const line = await haraka.logged(/Listening on .*:(\d+)/, 100_000).catch(async (error: unknown) => {
    await haraka.kill()
    throw error
  })
  haraka.port = Number(/:(\d+)\D*$/.exec(line)?.[1])
  return haraka
}

/** Configures and starts Haraka. */
export function startHaraka(options: HarakaOptions): Promise<Haraka> {
  return run(configure(options))
}
