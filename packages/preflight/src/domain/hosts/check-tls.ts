import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls, rootCertificates, type PeerCertificate, type TLSSocket } from 'node:tls'
import { found, type Finding } from '../../findings/finding.ts'

/** The server that mail leaves by: your submission server, relay or smarthost. */
export interface TlsTarget {
  host: string
  /** Default: 587. */
  port?: number
  /** ms for all of it. Default: 10000. */
  timeoutMs?: number
  /** PEM of issuers to trust besides those of Node. Default: none. */
  ca?: string
}

/** Asks a server for STARTTLS, or TLS at once on port 465, and looks at what it shows. */
export async function checkTls(
  { host, port = 587, timeoutMs = 10_000, ca }: TlsTarget,
  now: number,
): Promise<Finding[]> {
  const where = `${host}:${port}`
  const open: Open = { socket: null }
  let timer: NodeJS.Timeout | undefined
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
    })
    return await Promise.race([look({ host, port, ca, where, open, now }), late])
  } catch (error) {
    return [found('tls-no-answer', { where, evidence: (error as Error).message })]
  } finally {
    clearTimeout(timer)
    open.socket?.destroy()
  }
}

/** The outermost socket. The one inside it must be left alone: Node crashes if it is destroyed first. */
interface Open {
  socket: Socket | null
}

interface Look {
  host: string
  port: number
  ca: string | undefined
  where: string
  open: Open
  now: number
}

async function look({ host, port, ca, where, open, now }: Look): Promise<Finding[]> {
  const plain = connect({ host, port })
  open.socket = plain
  if (port !== 465) {
    const isOffered = await startTls(plain)
    if (!isOffered) return [found('tls-not-offered', { where, evidence: 'EHLO names no STARTTLS' })]
  }
  // Old versions are let in here, to be able to say so.
  const secure = connectTls({
    socket: plain,
    // For the name in the certificate.
    host,
    rejectUnauthorized: false,
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT@SECLEVEL=0',
    ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
    ...(isIP(host) === 0 ? { servername: host } : {}),
  })
  open.socket = secure
  await new Promise<void>((resolve, reject) => {
    secure.once('secureConnect', resolve)
    secure.on('error', reject)
  })
  return judge(secure, where, now)
}

function judge(secure: TLSSocket, where: string, now: number): Finding[] {
  const findings: Finding[] = []
  const version = secure.getProtocol() ?? ''
  if (version === 'TLSv1' || version === 'TLSv1.1')
    findings.push(found('tls-old', { where, evidence: version }))
  const certificate = secure.getPeerCertificate()
  const fault = certificateFault(secure, certificate, now)
  if (fault !== null) findings.push(found('tls-certificate', { where, evidence: fault }))
  return findings
}

function certificateFault(secure: TLSSocket, certificate: PeerCertificate, now: number): string | null {
  const end = Date.parse(certificate.valid_to)
  if (end < now) return `it expired on ${certificate.valid_to}`
  return secure.authorized ? null : String(secure.authorizationError)
}

/** Speaks SMTP as far as STARTTLS. */
async function startTls(socket: Socket): Promise<boolean> {
  const lines = replies(socket)
  await lines.next()
  socket.write('EHLO preflight.invalid\r\n')
  const { value: capabilities } = await lines.next()
  if (!/^250[ -]STARTTLS\b/im.test(capabilities ?? '')) return false
  socket.write('STARTTLS\r\n')
  const { value: ready } = await lines.next()
  socket.removeAllListeners('data')
  return ready?.startsWith('220') === true
}

/** One reply of the server at a time, its lines together. */
async function* replies(socket: Socket): AsyncGenerator<string, void> {
  let text = ''
  let wake = (): void => undefined
  let ended: Error | null = null
  socket.setEncoding('latin1')
  socket.on('data', (piece: string) => {
    text += piece
    if (text.length > 64 * 1024) socket.destroy(new Error('the reply does not end'))
    wake()
  })
  const end = (error?: Error): void => {
    ended = error instanceof Error ? error : (ended ?? new Error('the server closed the connection'))
    wake()
  }
  socket.on('error', end)
  socket.once('close', () => end())
  for (;;) {
    const [reply] = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\n/.exec(text) ?? []
    if (reply !== undefined) {
      text = text.slice(reply.length)
      yield reply
    } else {
      if (ended !== null) throw ended as Error
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
}
