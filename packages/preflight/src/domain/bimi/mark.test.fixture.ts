import { createHash, webcrypto } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509'

export const goodLogo = `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny-ps" viewBox="0 0 64 64"><title>Example</title><rect width="64" height="64" fill="#246"/></svg>`

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
/** https://bimigroup.org/resources/VMC_Requirements_latest.pdf */
const markTypeOid = '1.3.6.1.4.1.53087.1.13'
const bimiUsage = '1.3.6.1.5.5.7.3.31'

export interface Issuer {
  certificate: X509Certificate
  keys: CryptoKeyPair
  pem: string
}

interface CryptoKeyPair {
  privateKey: webcrypto.CryptoKey
  publicKey: webcrypto.CryptoKey
}

const makeKeys = (): Promise<CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])

/** A root of one’s own, or an intermediate under one. */
export async function makeIssuer(name: string, above?: Issuer): Promise<Issuer> {
  const keys = await makeKeys()
  const certificate = await X509CertificateGenerator.create({
    serialNumber: '01',
    subject: `CN=${name}`,
    issuer: above?.certificate.subject ?? `CN=${name}`,
    notBefore: new Date(Date.UTC(2025, 0, 1)),
    notAfter: new Date(Date.UTC(2035, 0, 1)),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: (above?.keys ?? keys).privateKey,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  })
  return { certificate, keys, pem: certificate.toString('pem') }
}

export interface MarkChanges {
  domain?: string
  logo?: string
  notBefore?: number
  notAfter?: number
  /** What is certified instead of the logo’s own hash. */
  hash?: Buffer
  usage?: string
  /** As the issuers’ rules call it. Default: Registered Mark, so it is a VMC. */
  markType?: string
}

/** A mark certificate, PEM, with that of its issuer behind it. */
export async function makeMark(issuer: Issuer, changes: MarkChanges = {}): Promise<string> {
  const {
    domain = 'example.com',
    logo = goodLogo,
    notBefore = Date.UTC(2026, 0, 1),
    notAfter = Date.UTC(2026, 11, 31),
  } = changes
  const keys = await makeKeys()
  const certificate = await X509CertificateGenerator.create({
    serialNumber: '02',
    subject: `CN=Example, ${markTypeOid}=${changes.markType ?? 'Registered Mark'}`,
    issuer: issuer.certificate.subject,
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    extensions: [
      new ExtendedKeyUsageExtension([changes.usage ?? bimiUsage]),
      new SubjectAlternativeNameExtension([{ type: 'dns', value: domain }]),
      new Extension('1.3.6.1.5.5.7.1.12', false, logotype(Buffer.from(logo), changes.hash)),
    ],
  })
  return `${certificate.toString('pem')}\n${issuer.pem}\n`
}

/** RFC 3709: the logo, in a data address, with its hash. */
function logotype(
  logo: Buffer,
  hash: Buffer = createHash('sha256').update(logo).digest(),
): Buffer<ArrayBuffer> {
  const sha256 = Buffer.from('0609608648016503040201', 'hex')
  const uri = `data:image/svg+xml;base64,${gzipSync(logo).toString('base64')}`
  const details = der(
    0x30,
    der(0x16, Buffer.from('image/svg+xml')),
    der(0x30, der(0x30, der(0x30, sha256), der(0x04, hash))),
    der(0x30, der(0x16, Buffer.from(uri))),
  )
  const data = der(0xa0, der(0x30, der(0x30, details)))
  return der(0x30, der(0xa2, data))
}

function der(tag: number, ...content: readonly Buffer[]): Buffer<ArrayBuffer> {
  const body = Buffer.concat(content)
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}
