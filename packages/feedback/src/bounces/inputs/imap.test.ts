import { DovecotServer, hasDovecot } from '@icloud-delivery/dovecot-for-tests'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BounceResult } from '../bounce-result.ts'
import { bench, deliveredTo, signed } from '../bounces.test.fixture.ts'
import { bounceOf } from '../mta-bounces.test.fixture.ts'
import type { ImapOptions } from './imap.ts'

const users = { one: 'pw1', two: 'pw2', three: 'pw3', four: 'pw4', five: 'pw5' }

async function all(results: AsyncIterable<BounceResult>): Promise<BounceResult[]> {
  const found: BounceResult[] = []
  for await (const result of results) found.push(result)
  return found
}

function bounceFor(recipient: string): string {
  return bounceOf('postfix', {
    recipient,
    reply: `550 5.1.1 <${recipient}>: user does not exist`,
    top: deliveredTo(signed(recipient).address),
  })
}

describe.skipIf(!hasDovecot())('an IMAP folder', () => {
  let server: DovecotServer
  let directory = ''
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'icloud-imap-'))
    server = await DovecotServer.start({ users, folders: { Done: null } })
  })
  afterAll(async () => {
    await server.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  const at = (user: keyof typeof users, more: Partial<ImapOptions> = {}): ImapOptions => ({
    host: server.host,
    port: server.tlsPort,
    auth: { user, pass: users[user] },
    tls: { ca: server.certificate, servername: 'localhost' },
    ...more,
  })

  it('is read once over TLS, and what is done is marked as seen', async () => {
    const { bounces } = bench()
    for (const name of ['a', 'b']) await server.deliver('one', bounceFor(`${name}@icloud.com`))
    await server.deliver('one', 'Subject: no bounce\r\n\r\nHello\r\n')
    const results = await all(bounces.imap(at('one')))
    expect(results.map(({ status }) => status)).toEqual(['recorded', 'recorded', 'not-a-bounce'])
    expect(await all(bounces.imap(at('one')))).toEqual([])
    await server.deliver('one', bounceFor('c@icloud.com'))
    expect(await all(bounces.imap(at('one')))).toMatchObject([{ recipient: 'c@icloud.com' }])
  })

  it('gives what is done to another folder', async () => {
    const { bounces } = bench()
    await server.deliver('two', bounceFor('a@icloud.com'))
    expect(await all(bounces.imap(at('two', { moveTo: 'Done' })))).toHaveLength(1)
    expect(await all(bounces.imap(at('two')))).toEqual([])
    expect(await all(bounces.imap(at('two', { folder: 'Done' })))).toMatchObject([{ status: 'duplicate' }])
  })

  it('goes on by UID where it stopped, and begins anew if the folder is another one', async () => {
    const { bounces } = bench()
    const state = join(directory, 'state.json')
    const options = at('three', { state })
    for (const name of ['a', 'b', 'c']) await server.deliver('three', bounceFor(`${name}@icloud.com`))
    const stop = new AbortController()
    const stopped = all(bounces.imap({ ...options, signal: stop.signal, progress: () => stop.abort() }))
    await expect(stopped).rejects.toThrow(/abort/i)
    expect((await all(bounces.imap(options))).map(({ status }) => status)).toEqual(['recorded', 'recorded'])
    expect(await all(bounces.imap(options))).toEqual([])
    const stored = JSON.parse(readFileSync(state, 'utf8')) as Record<string, { uidValidity: string }>
    expect(Object.keys(stored)).toEqual([`three@${server.host}/INBOX`])
    for (const place of Object.values(stored)) place.uidValidity = '1'
    writeFileSync(state, JSON.stringify(stored))
    const again = await all(bounces.imap(options))
    expect(again.map(({ status }) => status)).toEqual(['duplicate', 'duplicate', 'duplicate'])
    // Nothing was marked.
    expect(await all(bounces.imap(at('three')))).toHaveLength(3)
    // As a machine may leave it that stopped.
    writeFileSync(state, '')
    expect(await all(bounces.imap(options))).toHaveLength(3)
    writeFileSync(state, 'no state')
    await expect(all(bounces.imap(options))).rejects.toMatchObject({ code: 'EINPUT' })
  })

  it('keeps what could not be remembered', async () => {
    const state = join(directory, 'failed.json')
    const broken = bench()
    for (const name of ['a', 'b']) await server.deliver('four', bounceFor(`${name}@icloud.com`))
    await broken.engine.ledger.close()
    for (const more of [{}, { state }])
      expect((await all(broken.bounces.imap(at('four', more)))).map(({ status }) => status)).toEqual([
        'failed',
        'failed',
      ])
    const { bounces } = bench()
    for (const [more, status] of [
      [{ state }, 'recorded'],
      [{}, 'duplicate'],
    ] as const)
      expect(await all(bounces.imap(at('four', more)))).toMatchObject([{ status }, { status }])
  })

  it('is read over STARTTLS, of a large message no more than its beginning', async () => {
    const { bounces } = bench()
    const large = bounceFor('a@icloud.com').replace('Hello', 'x'.repeat(998).concat('\r\n').repeat(4000))
    await server.deliver('five', large)
    expect(await all(bounces.imap(at('five', { port: server.port, secure: false })))).toMatchObject([
      { status: 'recorded' },
    ])
  })

  it('says so if the server goes away, and goes on later', async () => {
    const { bounces } = bench()
    const own = await DovecotServer.start({ users: { six: 'pw6' } })
    const options = { host: own.host, port: own.tlsPort, auth: { user: 'six', pass: 'pw6' } }
    const tls = { ca: own.certificate, servername: 'localhost' }
    for (const name of ['a', 'b']) await own.deliver('six', bounceFor(`${name}@icloud.com`))
    const results: BounceResult[] = []
    const run = async (): Promise<void> => {
      for await (const result of bounces.imap({ ...options, tls })) {
        results.push(result)
        await own.stop()
      }
    }
    await expect(run()).rejects.toMatchObject({ code: 'EINPUT' })
    expect(results).toHaveLength(1)
  })

  it('says so if there is no folder to move to', async () => {
    const { bounces } = bench()
    await server.deliver('one', bounceFor('z@icloud.com'))
    await expect(all(bounces.imap(at('one', { moveTo: 'Nowhere' })))).rejects.toMatchObject({
      code: 'EINPUT',
    })
  })

  it.each([
    ['a wrong password', { auth: { user: 'one', pass: 'wrong' } }, 'refused the log-in of one'],
    ['a certificate that nobody vouches for', { tls: { servername: 'localhost' } }, 'cannot be used'],
    ['a folder that is not there', { folder: 'Missing' }, 'cannot be opened'],
    ['a server that is not there', { port: 1 }, 'cannot be used'],
  ])('says what is wrong with %s', async (_, more, message) => {
    const { bounces } = bench()
    const error = await all(bounces.imap(at('one', more))).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'EINPUT', message: expect.stringContaining(message) as string })
    expect(String(error)).not.toContain('pw1')
  })

  it.each([
    ['no host', { host: '' }],
    ['no password', { auth: { user: 'one' } }],
    ['an option that there is not', { host: 'localhost', hosts: 'x' }],
  ])('refuses %s by EARGUMENT, at once', (_, more) => {
    const { bounces } = bench()
    expect(() => bounces.imap(at('one', more))).toThrow(expect.objectContaining({ code: 'EARGUMENT' }))
  })
})
