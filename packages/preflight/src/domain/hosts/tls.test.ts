import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { startSimulator, type Simulator } from '@icloud-delivery/mx-simulator'
import { X509CertificateGenerator, SubjectAlternativeNameExtension } from '@peculiar/x509'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeIssuer, type Issuer } from '../bimi/mark.test.fixture.ts'
import { checkTls, type TlsTarget } from './check-tls.ts'

const now = Date.UTC(2026, 2, 3)
/** More than a machine stands still; what it is waited for comes at once. */
const timeoutMs = 50_000

/** For `localhost`, signed by the issuer. */
async function makeCertificate(
  issuer: Issuer,
  notAfter = Date.UTC(2030, 0, 1),
): Promise<{ cert: string; key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.create({
    serialNumber: '03',
    subject: 'CN=localhost',
    issuer: issuer.certificate.subject,
    notBefore: new Date(Date.UTC(2025, 0, 1)),
    notAfter: new Date(notAfter),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  })
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return {
    cert: certificate.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`,
  }
}

/** Speaks SMTP up to STARTTLS, and then TLS as it is told to. */
function smtpServer(tls: Server): Server {
  return createServer((socket: Socket) => {
    socket.on('error', () => undefined)
    socket.write('220 mail.example.com ESMTP\r\n')
    const hear = (piece: Buffer): void => {
      const line = piece.toString('latin1')
      if (/^EHLO/i.test(line)) socket.write('250-mail.example.com\r\n250-SIZE 1000\r\n250 STARTTLS\r\n')
      if (/^STARTTLS/i.test(line)) {
        socket.off('data', hear)
        socket.write('220 go ahead\r\n')
        tls.emit('connection', socket)
      }
    }
    socket.on('data', hear)
  })
}

describe('checkTls', () => {
  let root: Issuer
  let plain: Simulator
  let self: Simulator
  const servers: Server[] = []
  beforeAll(async () => {
    root = await makeIssuer('Own Root')
    plain = await startSimulator({ starttls: false })
    self = await startSimulator()
  })
  afterAll(async () => {
    for (const server of servers) server.close()
    await Promise.all([plain.close(), self.close()])
  })

  const serve = async (options: object): Promise<TlsTarget> => {
    const tls = createTlsServer(options)
    tls.on('tlsClientError', () => undefined)
    tls.on('secureConnection', (socket) => socket.on('error', () => undefined))
    const server = smtpServer(tls)
    servers.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return {
      host: 'localhost',
      port: (server.address() as AddressInfo).port,
      ca: root.pem,
      timeoutMs,
    }
  }

  it('finds nothing in a server in order', async () => {
    expect(await checkTls(await serve(await makeCertificate(root)), now)).toEqual([])
  })

  it('says that TLS is not offered', async () => {
    const findings = await checkTls({ host: '127.0.0.1', port: plain.port, timeoutMs }, now)
    expect(findings).toMatchObject([{ code: 'tls-not-offered', where: `127.0.0.1:${plain.port}` }])
  })

  it('says that the certificate is one’s own', async () => {
    expect(await checkTls({ host: '127.0.0.1', port: self.port, timeoutMs }, now)).toMatchObject([
      { code: 'tls-certificate' },
    ])
  })

  it('says that the certificate has expired', async () => {
    const target = await serve(await makeCertificate(root, Date.UTC(2026, 1, 1)))
    expect(await checkTls(target, now)).toMatchObject([
      { code: 'tls-certificate', evidence: expect.stringContaining('expired') },
    ])
  })

  it('says that the certificate is for another name', async () => {
    const target = await serve(await makeCertificate(root))
    expect(await checkTls({ ...target, host: '127.0.0.1' }, now)).toMatchObject([{ code: 'tls-certificate' }])
  })

  it('says that only old versions are spoken', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }
    const target = await serve({ ...(await makeCertificate(root)), ...old })
    expect(await checkTls(target, now)).toMatchObject([{ code: 'tls-old', evidence: 'TLSv1.1' }])
  })

  it('cannot tell without an answer', async () => {
    expect(await checkTls({ host: '127.0.0.1', port: 1 }, now)).toMatchObject([
      { code: 'tls-no-answer', severity: 'unknown' },
    ])
    const mute = createServer((socket) => socket.on('error', () => undefined))
    const rude = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.end('220 hello\r\n')
    })
    servers.push(mute, rude)
    for (const server of [mute, rude]) {
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
    }
    const target = (server: Server, ms: number): TlsTarget => ({
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      timeoutMs: ms,
    })
    expect(await checkTls(target(mute, 200), now)).toMatchObject([
      { code: 'tls-no-answer', evidence: 'no answer within 200 ms' },
    ])
    expect(await checkTls(target(rude, timeoutMs), now)).toMatchObject([
      { code: 'tls-no-answer', evidence: 'the server closed the connection' },
    ])
  })
})
