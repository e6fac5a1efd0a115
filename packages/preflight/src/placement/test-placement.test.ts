import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { hasDovecot } from '@icloud-delivery/dovecot-for-tests'
import { TcpProxy } from '@icloud-delivery/redis-for-tests'
import { ImapFlow } from 'imapflow'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { placementKinds } from '../findings/placement-kinds.ts'
import { password, startPost, type Post } from './seeds.test.fixture.ts'

const users = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm']
const seen = new Set<string>()

describe.skipIf(!hasDovecot())('test mail in a real mailbox', () => {
  let post: Post
  let turn = 0
  beforeAll(async () => {
    post = await startPost(users, { Junk: '\\Junk', Travel: null })
  })
  afterEach(() => {
    post.goesTo = 'INBOX'
    post.onWait = null
    post.sent.length = 0
    post.alerts.length = 0
  })
  afterAll(() => post[Symbol.asyncDispose]())
  /** A mailbox that no other test uses. */
  const fresh = (): string => users[turn++] ?? ''
  const testOf = async (name: string, options = {}): ReturnType<Post['test']> => {
    const report = await post.test({ seeds: [post.account(name)], ...options })
    for (const { code } of report.findings) seen.add(code)
    return report
  }

  const connect = async (user: string): Promise<ImapFlow> => {
    const { port, certificate: ca } = post.server
    const auth = { user, pass: password }
    const client = new ImapFlow({
      host: '127.0.0.1',
      port,
      doSTARTTLS: true,
      tls: { ca },
      auth,
      logger: false,
    })
    await client.connect()
    return client
  }
  const flood = async (user: string, mails: readonly string[]): Promise<void> => {
    const client = await connect(user)
    for (const mail of mails) await client.append('INBOX', mail)
    await client.logout()
  }

  it('is found in the inbox, and nothing in the mailbox is changed', async () => {
    const name = fresh()
    const { placements, findings } = await testOf(name)
    expect(findings).toEqual([])
    expect(placements).toEqual([
      {
        address: `${name}@example.com`,
        placement: 'inbox',
        folder: 'INBOX',
        sentAt: post.time.now,
        seconds: 0,
        reason: null,
        changedFrom: null,
        nextAt: null,
      },
    ])
    expect(post.sent[0]).toMatch(/^X-Placement-Token: [0-9a-f]{32}\r$/m)
    const client = await connect(`${name}@example.com`)
    await client.mailboxOpen('INBOX')
    const message = await client.fetchOne('*', { flags: true })
    expect(message && [...(message.flags ?? [])].filter((flag) => flag !== '\\Recent')).toEqual([])
    await client.logout()
  })

  it('is found in Junk, late, and by what was sent this time', async () => {
    const name = fresh()
    post.goesTo = 'nowhere'
    await post.server.deliver(`${name}@example.com`, 'X-Placement-Token: older\r\n\r\nHello\r\n')
    let waits = 0
    post.onWait = async () => {
      if (++waits === 2) await post.server.deliver(`${name}@example.com`, post.sent[0] ?? '', 'Junk')
    }
    const { placements, findings } = await testOf(name)
    expect(placements).toMatchObject([{ placement: 'junk', folder: 'Junk', seconds: 40 }])
    expect(findings).toMatchObject([
      {
        code: 'placement-junk',
        where: `${name}@example.com`,
        evidence: 'Junk after 40 s',
        severity: 'warning',
      },
    ])
  })

  it('is found in a folder of the user’s own, or in none, when the time is over', async () => {
    post.goesTo = 'Travel'
    expect(await testOf(fresh())).toMatchObject({
      placements: [{ placement: 'other', folder: 'Travel', seconds: 60 }],
      findings: [{ code: 'placement-other' }],
    })
    post.goesTo = 'nowhere'
    expect(await testOf(fresh())).toMatchObject({
      placements: [{ placement: 'missing', folder: null, seconds: null }],
      findings: [{ code: 'placement-missing', evidence: 'not within 60 s' }],
    })
  })

  it('goes to one seed every ten minutes, and an alert tells of a change', async () => {
    const name = fresh()
    await testOf(name)
    const at = post.time.now
    const { placements } = await testOf(name)
    expect(placements).toMatchObject([{ placement: null, sentAt: null, nextAt: at + 600_000 }])
    expect(post.sent).toHaveLength(1)
    post.time.now = at + 600_000
    post.goesTo = 'Junk'
    expect(post.alerts).toEqual([])
    expect(await testOf(name)).toMatchObject({ placements: [{ placement: 'junk', changedFrom: 'inbox' }] })
    expect(post.alerts).toMatchObject([{ kind: 'placement-changed', subject: `${name}@example.com` }])
    const series = (await post.engine.seeds()).find(({ address }) => address === `${name}@example.com`)
    expect(series?.results.map(({ placement }) => placement)).toEqual(['inbox', 'junk'])
  })

  it('goes to several seeds, each a while after the other', async () => {
    const seeds = [fresh(), fresh()].map((name) => post.account(name))
    const { placements } = await post.test({ seeds, apartMs: 5000 })
    expect(placements.map(({ placement }) => placement)).toEqual(['inbox', 'inbox'])
    const [first, second] = placements
    expect((second?.sentAt ?? 0) - (first?.sentAt ?? 0)).toBeGreaterThanOrEqual(5000)
  })

  it('is nowhere known if it is not sent, and that is no change', async () => {
    const name = fresh()
    post.goesTo = new Error('550 5.7.1 refused')
    expect(await testOf(name)).toMatchObject({
      placements: [{ placement: 'unknown', reason: 'it could not be sent: 550 5.7.1 refused' }],
      findings: [{ code: 'placement-unknown', severity: 'unknown' }],
    })
  })

  it('is looked for again over a new connection if the first one breaks', async () => {
    const proxy = await TcpProxy.start(post.server.tlsPort)
    const name = fresh()
    post.goesTo = 'nowhere'
    post.onWait = async () => {
      post.onWait = null
      proxy.drop()
      await post.server.deliver(`${name}@example.com`, post.sent[0] ?? '')
    }
    try {
      const { placements } = await post.test({ seeds: [post.account(name, { port: proxy.port })] })
      expect(placements).toMatchObject([{ placement: 'inbox' }])
    } finally {
      await proxy.close()
    }
  })

  it('is not taken for missing if more mail came than is looked at', async () => {
    const name = fresh()
    const others = Array.from({ length: 200 }, (_, n) => `Subject: ${n}\r\n\r\n.\r\n`)
    post.goesTo = 'nowhere'
    post.onWait = async () => {
      post.onWait = null
      await flood(`${name}@example.com`, [post.sent[0] ?? '', ...others])
    }
    expect(await testOf(name)).toMatchObject({
      placements: [{ placement: 'unknown', reason: 'there is more mail than is looked at' }],
    })
    post.time.now += 600_000
    post.onWait = async () => {
      post.onWait = null
      await flood(`${name}@example.com`, [...others.slice(1), post.sent[1] ?? ''])
    }
    expect(await testOf(name)).toMatchObject({ placements: [{ placement: 'inbox' }] })
  })

  it('is a message of its own if that is what is given, over STARTTLS too', async () => {
    const name = fresh()
    const raw = 'From: news@example.com\r\nSubject: Ready\r\n\r\nHello\r\n'
    const { placements } = await testOf(name, {
      seeds: [post.account(name, { port: post.server.port, secure: false })],
      mail: { raw, envelope: { from: 'news@example.com' } },
    })
    expect(placements).toMatchObject([{ placement: 'inbox' }])
    expect(post.sent[0]).toMatch(
      /^X-Placement-Token: \w{32}\r\nFrom: news@example\.com\r\nSubject: Ready\r\n/,
    )
  })

  it('tells what the ledger did not keep', async () => {
    const name = fresh()
    const { engine } = post
    const broken = {
      takeSeedTurn: (address: string) => engine.takeSeedTurn(address),
      recordPlacement: () => Promise.reject(new Error('the disk is full')),
    }
    expect(await testOf(name, { engine: broken })).toMatchObject({
      placements: [{ placement: 'inbox' }],
      findings: [{ code: 'placement-not-kept', evidence: 'the disk is full' }],
    })
  })

  it('is not sent if the ledger cannot tell whose turn it is', async () => {
    const broken = { ...post.engine, takeSeedTurn: () => Promise.reject(new Error('no ledger')) }
    const engine = { ...broken, recordPlacement: () => Promise.reject(new Error('never called')) }
    expect(await testOf('a', { engine })).toMatchObject({
      placements: [{ placement: 'unknown', reason: 'no ledger' }],
    })
    expect(post.sent).toEqual([])
  })

  it('does not go out, and shows no password, if the log-in fails', async () => {
    const wrong = 'another secret'
    const report = await post.test({ seeds: [post.account('a', { password: wrong })] })
    expect(report.placements).toMatchObject([
      { placement: 'unknown', reason: expect.stringContaining('refused name and password') },
    ])
    expect(post.sent).toEqual([])
    expect(inspect(report, { depth: 9, showHidden: true })).not.toContain(wrong)
  })

  it('has a case for every code', () => {
    expect([...seen].toSorted()).toEqual(Object.keys(placementKinds).toSorted())
  })
})

describe.skipIf(!hasDovecot())('a folder for Junk', () => {
  it.each([
    ['with another name, that the server marks', { Unwanted: '\\Junk', Spam: null }, 'Unwanted'],
    ['with a usual name, that nobody marks', { Spam: null }, 'Spam'],
    ['with a name of another language', { 'Courrier indésirable': '\\Junk' }, 'Courrier indésirable'],
  ])('%s', async (_, folders, folder) => {
    await using post = await startPost(['a'], folders)
    post.goesTo = folder
    expect(await post.test()).toMatchObject({ placements: [{ placement: 'junk', folder }] })
  })

  it('that is not there', async () => {
    await using post = await startPost(['a'], {})
    post.goesTo = 'nowhere'
    expect(await post.test()).toMatchObject({ placements: [{ placement: 'missing' }] })
  })
})

describe.skipIf(!hasDovecot())('a server that is hostile', () => {
  /** Speaks as the test says, and hears what is said. */
  const hostile = async (
    answer: (line: string) => string,
  ): Promise<{ port: number; heard: string[]; close: () => void }> => {
    const heard: string[] = []
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.write('* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n')
      socket.on('data', (data) => {
        for (const line of data.toString().split('\r\n').filter(Boolean)) {
          heard.push(line)
          socket.write(answer(line))
        }
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return { port: (server.address() as AddressInfo).port, heard, close: () => server.close() }
  }

  it('never hears a password without TLS', async () => {
    await using post = await startPost(['a'])
    const server = await hostile((line) => `${line.split(' ')[0]} OK done\r\n`)
    try {
      const seeds = [post.account('a', { port: server.port, secure: false })]
      expect(await post.test({ seeds })).toMatchObject({ placements: [{ placement: 'unknown' }] })
      expect(server.heard.join('\n')).not.toMatch(/LOGIN|AUTHENTICATE/)
    } finally {
      server.close()
    }
  })
})
