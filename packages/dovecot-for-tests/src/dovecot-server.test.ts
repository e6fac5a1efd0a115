import { ImapFlow } from 'imapflow'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DovecotServer } from './dovecot-server.ts'
import { hasDovecot } from './find-dovecot.ts'

const user = 'anna@example.com'
const password = 'a pass word, with "quotes"'

describe.skipIf(!hasDovecot())('DovecotServer', () => {
  let server: DovecotServer
  beforeAll(async () => {
    server = await DovecotServer.start({ users: { [user]: password } })
  })
  afterAll(() => server.stop())

  it('delivers mail, and shows it over TLS', async () => {
    await server.deliver(user, 'Subject: in\r\n\r\nHello\r\n')
    await server.deliver(user, 'Subject: out\r\n\r\nHello\r\n', 'Junk')
    const { tlsPort: port, certificate } = server
    const tls = { ca: certificate, servername: 'localhost' }
    const auth = { user, pass: password }
    const client = new ImapFlow({ host: '127.0.0.1', port, secure: true, tls, auth, logger: false })
    await client.connect()
    try {
      const folders = await client.list()
      expect(folders.find(({ specialUse }) => specialUse === '\\Junk')?.path).toBe('Junk')
      for (const [folder, subject] of [
        ['INBOX', 'in'],
        ['Junk', 'out'],
      ] as const) {
        await client.mailboxOpen(folder, { readOnly: true })
        const message = await client.fetchOne('1', { envelope: true })
        expect(message && message.envelope?.subject).toBe(subject)
      }
    } finally {
      await client.logout()
    }
  })

  it('offers STARTTLS on the other port, and refuses a wrong password', async () => {
    const { port, certificate } = server
    const tls = { ca: certificate, servername: 'localhost' }
    const auth = { user, pass: 'wrong' }
    const client = new ImapFlow({
      host: '127.0.0.1',
      port,
      secure: false,
      doSTARTTLS: true,
      tls,
      auth,
      logger: false,
    })
    await expect(client.connect()).rejects.toMatchObject({ authenticationFailed: true })
  })
})
