import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509'

export interface ScriptedServer extends AsyncDisposable {
  port: number
  /** What a client has to trust. PEM. */
  ca: string
  /** The commands, in order. */
  heard: string[]
}

/**
 * An IMAP server over TLS on 127.0.0.1 that says OK to everything, and of an empty folder what has to be said, but for what the script
 * says to a command: another answer (`NO later`), or `null` for hanging up.
 */
export async function startImapServer(script: Record<string, string | null>): Promise<ScriptedServer> {
  const { cert, key } = await makeCertificate()
  const heard: string[] = []
  const sockets = new Set<TLSSocket>()
  const server = createServer({ cert, key }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.write('* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\n')
    let rest = ''
    socket.on('data', (data) => {
      const lines = (rest + data.toString()).split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        heard.push(line)
        const [tag, ...words] = line.split(' ')
        const command = (words[0] === 'UID' ? words[1] : words[0]) ?? ''
        const answer = script[command]
        if (answer === null) return void socket.destroy()
        socket.write(
          answer === undefined ? `${untagged[command] ?? ''}${tag} OK done\r\n` : `${tag} ${answer}\r\n`,
        )
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    ca: cert,
    heard,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

const untagged: Record<string, string> = {
  CAPABILITY: '* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\r\n',
  LIST: '* LIST () "/" INBOX\r\n',
  EXAMINE: '* FLAGS (\\Seen)\r\n* 0 EXISTS\r\n* OK [UIDVALIDITY 1] valid\r\n* OK [UIDNEXT 1] next\r\n',
  SEARCH: '* SEARCH\r\n',
  LOGOUT: '* BYE\r\n',
}

/** For 127.0.0.1, signed by itself. */
async function makeCertificate(): Promise<{ cert: string; key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=127.0.0.1',
    notBefore: new Date(Date.now() - 86_400_000),
    notAfter: new Date(Date.now() + 86_400_000),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
  })
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return {
    cert: certificate.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`,
  }
}
