import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { connect, createServer as createNetServer, type AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scannerKinds } from '../../findings/scanner-kinds.ts'
import { checkMessage, type MessageReport } from '../check-message.ts'
import { mail, sentAt } from '../mail.test.fixture.ts'
import { clamav } from './clamav.ts'
import { rspamd } from './rspamd.ts'
import type { Scanner } from './scanner.ts'

// In two pieces, so that no scanner takes this file for what it describes.
const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-', 'ANTIVIRUS-TEST-FILE!$H+H*'].join('')

/** More than a machine stands still. */
const timeoutMs = 50_000

const check = (message: Buffer, scanner: Scanner): Promise<MessageReport> =>
  checkMessage(message, { authentication: false, clock: () => sentAt, scanners: [scanner] })
const infected = mail({ files: [{ name: 'a.txt', content: eicar }] })

const clamd = ['/usr/sbin/clamd', '/usr/local/sbin/clamd', '/opt/homebrew/sbin/clamd'].find(existsSync)
if (clamd === undefined && process.env['CI'] === 'true')
  throw new Error(
    'The tests of ClamAV need clamd: ./dev test installs it on Debian, or install the package clamav-daemon.',
  )

/** Resolves when somebody takes connections on a socket. */
async function listening(path: string): Promise<void> {
  for (;;) {
    const socket = connect(path)
    const isTaken = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isTaken) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe.skipIf(clamd === undefined)('a real clamd', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clamd-'))
  const socket = join(folder, 'ctl')
  let daemon: ChildProcess

  beforeAll(async () => {
    // A signature of our own for the test file, so that no database has to be fetched.
    writeFileSync(join(folder, 'own.ndb'), `Own.Eicar:0:*:${Buffer.from(eicar).toString('hex')}\n`)
    const config = [
      `LocalSocket ${socket}`,
      `DatabaseDirectory ${folder}`,
      'Foreground yes',
      'StreamMaxLength 1M',
      ...(userInfo().uid === 0 ? ['User root'] : []),
    ]
    writeFileSync(join(folder, 'clamd.conf'), `${config.join('\n')}\n`)
    const isThere = new Promise<void>((resolve) => {
      const watcher = watch(folder, () => {
        if (!existsSync(socket)) return
        watcher.close()
        resolve()
      })
    })
    daemon = spawn(clamd ?? '', ['--config-file', join(folder, 'clamd.conf')], { stdio: 'ignore' })
    const ended = once(daemon, 'exit').then(([code]) => {
      throw new Error(`clamd ended with ${String(code)}`)
    })
    // Its name is there before anybody listens on it.
    await Promise.race([isThere.then(() => listening(socket)), ended])
    ended.catch(() => undefined)
  })
  afterAll(async () => {
    const ended = once(daemon, 'exit')
    daemon.kill()
    await ended
    rmSync(folder, { recursive: true })
  })

  it('finds the test file of EICAR in an attachment', async () => {
    const { findings } = await check(infected, clamav({ socket, timeoutMs }))
    expect(findings).toMatchObject([
      {
        code: 'malware-found',
        severity: 'error',
        where: 'ClamAV',
        evidence: 'Own.Eicar.UNOFFICIAL',
        risks: ['policy-cs03'],
      },
    ])
  })

  it('finds nothing in a clean message', async () => {
    expect((await check(mail(), clamav({ socket, timeoutMs }))).findings).toEqual([])
  })

  it('cannot tell if the message is larger than clamd takes', async () => {
    const { findings } = await check(
      mail({ text: 'word '.repeat(30_000), files: [{ name: 'a.csv', content: 'a,'.repeat(2_000_000) }] }),
      clamav({ socket, timeoutMs }),
    )
    expect(findings).toMatchObject([{ code: 'scanner-no-answer', severity: 'unknown', where: 'ClamAV' }])
  })
})

describe('ClamAV out of reach', () => {
  it.each([
    ['no socket', { socket: '/nonexistent/ctl' }, /ENOENT/],
    ['no port', { port: 1 }, /ECONNREFUSED/],
  ])('cannot tell with %s', async (_, options, why) => {
    const { findings } = await check(infected, clamav(options))
    expect(findings).toMatchObject([{ code: 'scanner-no-answer', evidence: expect.stringMatching(why) }])
  })

  it('does not wait for ever', async () => {
    await using server = createNetServer((socket) => socket.resume())
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const { findings } = await check(infected, clamav({ port, timeoutMs: 100 }))
    expect(findings).toMatchObject([{ code: 'scanner-no-answer', evidence: 'no answer within 100 ms' }])
  })
})

describe('rspamd', () => {
  let server: Server
  let answer: { status: number; body: string }
  let seen: { url: string | undefined; password: string | string[] | undefined; length: number }
  let url = ''

  beforeAll(async () => {
    server = createServer((request, response) => {
      let length = 0
      request.on('data', (chunk: Buffer) => (length += chunk.length))
      request.on('end', () => {
        seen = { url: request.url, password: request.headers['password'], length }
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => server.close())

  const symbols = { BAD: { score: 4.5 }, WORSE: { score: 6 }, GOOD: { score: -1 } }
  it('says what it scores', async () => {
    answer = {
      status: 200,
      body: JSON.stringify({ action: 'add header', score: 9.5, required_score: 15, symbols }),
    }
    const message = mail()
    const { findings } = await check(message, rspamd({ url, timeoutMs, password: 'secret' }))
    expect(findings).toMatchObject([
      { code: 'spam-score', evidence: 'add header: 9.5 of 15; WORSE 6, BAD 4.5' },
    ])
    expect(seen).toEqual({ url: '/checkv2', password: 'secret', length: message.length })
  })

  it('is asked over a connection of its own each time: one that was kept might be closed meanwhile', async () => {
    answer = { status: 200, body: JSON.stringify({ action: 'no action', score: 1, required_score: 15 }) }
    let connections = 0
    const count = (): void => void connections++
    server.on('connection', count)
    for (const message of [mail(), mail()])
      expect((await check(message, rspamd({ url, timeoutMs }))).findings).toEqual([])
    server.off('connection', count)
    expect(connections).toBe(2)
  })

  // As rspamd 3.4 answers for its test mail.
  it.each([
    [{ GTUBE: { score: 0 } }, 'reject: 15 of 15; GTUBE 0'],
    [undefined, 'reject: 15 of 15'],
  ])('names what decided without a score: %j', async (named, evidence) => {
    answer = {
      status: 200,
      body: JSON.stringify({ action: 'reject', score: 15, required_score: 15, symbols: named }),
    }
    expect((await check(mail(), rspamd({ url, timeoutMs }))).findings).toMatchObject([
      { code: 'spam-score', evidence },
    ])
  })

  it.each(['no action', 'greylist'])('finds nothing with %s', async (action) => {
    answer = { status: 200, body: JSON.stringify({ action, score: 1, required_score: 15 }) }
    expect((await check(mail(), rspamd({ url, timeoutMs }))).findings).toEqual([])
  })

  it('cannot tell without a server, and says why', async () => {
    const { findings } = await check(mail(), rspamd({ url: 'http://127.0.0.1:1' }))
    expect(findings).toMatchObject([
      { code: 'scanner-no-answer', evidence: expect.stringMatching(/fetch failed: .+/) },
    ])
  })

  it.each([
    [{ status: 403, body: '{}' }, 'rspamd answered 403'],
    [{ status: 200, body: '{}' }, 'rspamd answered without action and score'],
    [{ status: 200, body: 'hello' }, expect.stringContaining('JSON')],
  ])('cannot tell with %j', async (given, evidence) => {
    answer = given
    expect((await check(mail(), rspamd({ url, timeoutMs }))).findings).toMatchObject([
      { code: 'scanner-no-answer', evidence },
    ])
  })
})

it('each code of scanners is shown', () => {
  expect(Object.keys(scannerKinds)).toEqual(['malware-found', 'spam-score', 'scanner-no-answer'])
})
