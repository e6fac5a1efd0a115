import { generateKeyPairSync } from 'node:crypto'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import type { Zones } from '../dns/dns-server.test.fixture.ts'

/** The time at which all test messages are sent. */
export const sentAt: number = Date.UTC(2026, 2, 3, 10)

export interface MailParts {
  /** Replaces headers by name, or takes them out with `null`. Written as they are. */
  headers?: Record<string, string | null>
  text?: string
  html?: string
  files?: readonly { name: string; type?: string; content: Uint8Array | string }[]
  /** Lines in front of the headers. */
  extra?: readonly string[]
}

/** A receipt as anybody would send it, in which nothing is wrong, with changes. */
export function mail({
  headers = {},
  text = 'Your order 4711 is on its way.',
  html,
  files = [],
  extra = [],
}: MailParts = {}): Buffer {
  const all: Record<string, string | null> = {
    From: 'Example Shop <shop@example.com>',
    To: 'anna@icloud.com',
    Subject: 'Your order',
    Date: 'Tue, 3 Mar 2026 10:00:00 +0000',
    'Message-ID': '<4711.20260303@example.com>',
    'MIME-Version': '1.0',
    'Content-Type': 'multipart/mixed; boundary="outer"',
    ...headers,
  }
  const head = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]))
  const parts = [
    part('text/plain; charset=utf-8', text),
    ...(html === undefined ? [] : [part('text/html; charset=utf-8', html)]),
    ...files.map(({ name, type = 'application/octet-stream', content }) =>
      part(`${type}; name="${name}"`, content, name),
    ),
  ]
  const body = [...parts.flatMap((one) => ['--outer', one]), '--outer--', '']
  return Buffer.from([...extra, ...head, '', ...body].join('\r\n'), 'latin1')
}

function part(type: string, content: Uint8Array | string, name?: string): string {
  const disposition = name === undefined ? [] : [`Content-Disposition: attachment; filename="${name}"`]
  const base64 = Buffer.from(content as string)
    .toString('base64')
    .replace(/.{76}/g, '$&\r\n')
  return [`Content-Type: ${type}`, ...disposition, 'Content-Transfer-Encoding: base64', '', base64].join(
    '\r\n',
  )
}

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const rawKey = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')

/** Zones with which mail from example.com over 192.0.2.10, signed with `signed()`, is in order. */
export const goodZones: Zones = {
  'example.com': { TXT: ['v=spf1 ip4:192.0.2.10 -all'], MX: [[10, 'mail.example.com']] },
  'mail.example.com': { A: ['192.0.2.10'] },
  's1._domainkey.example.com': { TXT: [`v=DKIM1; k=ed25519; p=${rawKey}`] },
  '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject; rua=mailto:dmarc@example.com'] },
}

export interface SigningChanges {
  signingDomain?: string
  selector?: string
  /** Fields, with colons. */
  headerList?: string
  maxBodyLength?: number
  /** ms since the epoch. */
  signTime?: number
  expires?: number
  algorithm?: string
  privateKey?: string
}

/** With a signature of example.com’s, selector s1. */
export async function signed(
  message: Buffer,
  { signTime = sentAt, expires, ...changes }: SigningChanges = {},
): Promise<Buffer> {
  const signature = {
    signingDomain: 'example.com',
    selector: 's1',
    algorithm: 'ed25519-sha256',
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }),
    ...changes,
  }
  const { signatures, errors } = await dkimSign(message, {
    canonicalization: 'relaxed/relaxed',
    signTime: new Date(signTime),
    ...(expires === undefined ? {} : { expires: new Date(expires) }),
    ...(changes.headerList === undefined ? {} : { headerList: changes.headerList }),
    ...(changes.maxBodyLength === undefined ? {} : { maxBodyLength: changes.maxBodyLength }),
    signatureData: [signature],
  } as unknown as Parameters<typeof dkimSign>[1])
  if (errors.length > 0) throw new Error('the test message cannot be signed', { cause: errors })
  return Buffer.concat([Buffer.from(signatures), message])
}
