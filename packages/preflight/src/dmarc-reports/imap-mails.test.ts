import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { DovecotServer, hasDovecot } from '@icloud-delivery/dovecot-for-tests'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MailAccount } from '../imap/mail-account.ts'
import { startImapServer, type ScriptedServer } from '../imap/scripted-server.test.fixture.ts'
import { mail } from '../message/mail.test.fixture.ts'
import { readDmarcReports } from './read-dmarc-reports.ts'
import { report } from './report.test.fixture.ts'

const address = 'dmarc@example.com'
const password = 'a secret of ours'

describe.skipIf(!hasDovecot())('reports in a mailbox over IMAP', () => {
  let server: DovecotServer
  let account: MailAccount
  beforeAll(async () => {
    server = await DovecotServer.start({ users: { [address]: password }, folders: { Reports: null } })
    account = { address, password, host: server.host, port: server.tlsPort, ca: server.certificate }
    for (const [id, ip] of [
      ['1', '192.0.2.10'],
      ['2', '198.51.100.7'],
    ] as const) {
      const content = gzipSync(report([{ ip, count: 3, dkim: id === '1' }], id))
      await server.deliver(address, mail({ files: [{ name: `${id}.xml.gz`, content }] }), 'Reports')
    }
    await server.deliver(address, mail(), 'Reports')
  })
  afterAll(() => server.stop())

  it('are read, the newest first, and other mail is named', async () => {
    const { sources, reports, findings } = await readDmarcReports({ account, folder: 'Reports' })
    expect(sources.map(({ ip, failed }) => [ip, failed])).toEqual([
      ['198.51.100.7', 3],
      ['192.0.2.10', 0],
    ])
    expect(reports.map(({ id }) => id)).toEqual(['2', '1'])
    expect(findings).toMatchObject([
      { code: 'dmarc-source-failing', where: '198.51.100.7' },
      { code: 'dmarc-report-unreadable', where: `Reports of ${address}, mail 3` },
    ])
  })

  it('are none in an empty folder, or after a day', async () => {
    expect(await readDmarcReports({ account })).toMatchObject({ reports: [], findings: [] })
    const since = Date.now() + 3 * 86_400_000
    expect(await readDmarcReports([{ account, folder: 'Reports', since }])).toMatchObject({ reports: [] })
  })

  it.each<[string, () => Parameters<typeof readDmarcReports>[0], string, RegExp]>([
    [
      'another password',
      () => ({ account: { ...account, password: 'another secret' } }),
      'EINPUT',
      /refused name and password/,
    ],
    [
      'a folder that is not there',
      () => ({ account, folder: 'Missing' }),
      'EINPUT',
      /Check account and folder/,
    ],
    [
      'a misspelt option',
      () => ({ account, foldr: 'Reports' }),
      'EARGUMENT',
      /sources\[0\] has no option "foldr"; did you mean "folder"/,
    ],
    [
      'no address',
      () => ({ account: { password } as MailAccount }),
      'EARGUMENT',
      /account\.address is missing/,
    ],
  ])('are refused with %s, without a word of the password', async (_, source, code, message) => {
    const error: unknown = await readDmarcReports(source()).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'PreflightError', code, message: expect.stringMatching(message) })
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/another secret|a secret of ours/)
  })
})

describe('a server that does not say what is in the folder', () => {
  const read = ({ port, ca }: ScriptedServer): ReturnType<typeof readDmarcReports> =>
    readDmarcReports({ account: { address, password, host: '127.0.0.1', port, ca } })

  it.each<[string, string | null, RegExp]>([
    ['refuses SEARCH', 'NO [UNAVAILABLE] later', /the server did not say what is in the folder/],
    ['does not know SEARCH', 'BAD what?', /the server did not say what is in the folder/],
    ['hangs up at SEARCH', null, /connection/i],
  ])('and %s is not taken for one with an empty folder', async (_, answer, message) => {
    await using server = await startImapServer({ SEARCH: answer })
    await expect(read(server)).rejects.toMatchObject({
      code: 'EINPUT',
      message: expect.stringMatching(message),
    })
    expect(server.heard).toContainEqual(expect.stringMatching(/ UID SEARCH ALL$/))
  })

  it('is another than one that says that nothing is', async () => {
    await using server = await startImapServer({})
    expect(await read(server)).toMatchObject({ reports: [], findings: [] })
  })
})
