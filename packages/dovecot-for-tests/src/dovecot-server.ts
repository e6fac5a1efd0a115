import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdirSync, mkdtempSync, chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { accountsHere } from './accounts.ts'
import { configurations, type DovecotVersion } from './configuration.ts'
import { findDovecot, noDovecot } from './find-dovecot.ts'

export interface DovecotServerOptions {
  /** Names, such as addresses, and their passwords. Both without `:` and line ends. */
  users: Readonly<Record<string, string>>
  /** Folders beside INBOX that each user has, with their special use or `null`. By default those of iCloud. */
  folders?: Readonly<Record<string, string | null>>
}

const foldersOfICloud = {
  Archive: '\\Archive',
  'Deleted Messages': '\\Trash',
  Drafts: '\\Drafts',
  Junk: '\\Junk',
  'Sent Messages': '\\Sent',
}

const mostTries = 5

/**
 * An IMAP server on loopback ports and in a temporary directory of its own; mail is kept in Maildirs. It ends with `stop`,
 * and with this process.
 */
export class DovecotServer {
  readonly host = '127.0.0.1'
  /** IMAP without TLS at first; offers STARTTLS. */
  readonly port: number
  /** IMAP over TLS. */
  readonly tlsPort: number
  /** Of the certificate, which is for `localhost` and 127.0.0.1: what a client has to trust. PEM. */
  readonly certificate: string
  private readonly directory: string
  private readonly child: ChildProcess
  private readonly deliverProgram: string

  private constructor(directory: string, ports: [number, number], dovecot: string, deliver: string) {
    this.directory = directory
    ;[this.port, this.tlsPort] = ports
    this.certificate = readFileSync(join(directory, 'certificate.pem'), 'utf8')
    this.deliverProgram = deliver
    this.child = spawn(dovecot, ['-F', '-c', join(directory, 'dovecot.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    process.once('exit', this.endNow)
  }

  /** @throws Error if there is no server on this machine, or it does not start */
  static async start({ users, folders = foldersOfICloud }: DovecotServerOptions): Promise<DovecotServer> {
    const programs = findDovecot()
    if (programs === null) throw new Error(noDovecot)
    for (let tries = 1; ; tries++) {
      const ports: [number, number] = [await freePort(), await freePort()]
      const directory = prepare(users, folders, ports, programs.version)
      const server = new DovecotServer(directory, ports, programs.dovecot, programs.deliver)
      try {
        await server.isReady()
        return server
      } catch (error) {
        await server.stop()
        // Somebody else may have been faster to take a port.
        if (tries === mostTries) throw error
      }
    }
  }

  /** Puts a message into a user's folder as mail that arrives does; a folder that is missing is made. */
  async deliver(user: string, message: string | Uint8Array, folder = 'INBOX'): Promise<void> {
    const config = join(this.directory, 'dovecot.conf')
    const args = ['-c', config, '-e', '-d', user, '-m', folder, '-o', 'lda_mailbox_autocreate=yes']
    await new Promise<void>((resolve, reject) => {
      const delivery = execFile(this.deliverProgram, args, (error) =>
        error === null ? resolve() : reject(error),
      )
      delivery.stdin?.on('error', () => {})
      delivery.stdin?.end(message)
    })
  }

  /** Ends it and forgets what it kept. */
  async stop(): Promise<void> {
    process.off('exit', this.endNow)
    const { child } = this
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    }
    // A process of it that served somebody may write for a moment after the first one has ended.
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }

  private readonly endNow = (): void => {
    this.child.kill('SIGTERM')
    rmSync(this.directory, { recursive: true, force: true })
  }

  private async isReady(): Promise<void> {
    const { stderr } = this.child
    if (stderr === null) throw new Error('Dovecot has no standard error')
    let said = ''
    for await (const line of createInterface({ input: stderr })) {
      if (line.includes('starting up for imap')) {
        stderr.resume()
        return
      }
      said += `${line}\n`
    }
    throw new Error(`Dovecot did not start: ${said}`)
  }
}

/** Makes the directory, and all that is in it before the server starts. */
function prepare(
  users: Readonly<Record<string, string>>,
  folders: Readonly<Record<string, string | null>>,
  [port, tlsPort]: [number, number],
  version: DovecotVersion,
): string {
  const accounts = accountsHere()
  const directory = mkdtempSync(join(tmpdir(), 'icloud-dovecot-'))
  chmodSync(directory, 0o755)
  const mail = join(directory, 'mail')
  mkdirSync(mail)
  chownSync(mail, accounts.uid, accounts.gid)
  const lines = Object.entries(users).map(([name, password]) => `${name}:${password}\n`)
  writeFileSync(join(directory, 'users'), lines.join(''))
  writeFileSync(
    join(directory, 'dovecot.conf'),
    configurations[version]({ directory, port, tlsPort, folders, accounts }),
  )
  makeCertificate(directory)
  return directory
}

function makeCertificate(directory: string): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const files = ['-keyout', join(directory, 'key.pem'), '-out', join(directory, 'certificate.pem')]
  execFileSync('openssl', ['req', '-x509', ...key, '-days', '2', ...subject, ...files], { stdio: 'ignore' })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const closed = once(server, 'close')
  server.close()
  await closed
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}
