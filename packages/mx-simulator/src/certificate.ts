import { generateKeyPair, randomBytes, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { addressBytes } from './address-bytes.ts'
import { der } from './der.ts'

/** A certificate that nobody vouches for, with its key. Both PEM. */
export interface Certificate {
  cert: string
  key: string
}

const day = 86_400_000

/** RFC 5280 and 5758. */
const oids = {
  ecdsaWithSha256: der.oid(1, 2, 840, 10045, 4, 3, 2),
  commonName: der.oid(2, 5, 4, 3),
  subjectAltName: der.oid(2, 5, 29, 17),
  basicConstraints: der.oid(2, 5, 29, 19),
}

/**
 * Makes a certificate for the simulated hosts, from yesterday on and for a year. `address` must be an IP address.
 *
 * Written here, as the libraries for it share parts that npm may install twice, and then fail.
 */
export async function makeCertificate(
  hosts: readonly { name: string; address: string }[],
  now: number = Date.now(),
): Promise<Certificate> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'prime256v1' })
  const names = [...new Set(hosts.map((host) => host.name))]
  const addresses = [...new Set(hosts.map((host) => host.address))]
  const algorithm = der.sequence(oids.ecdsaWithSha256)
  const who = der.sequence(der.set(der.sequence(oids.commonName, der.utf8(commonName(names)))))
  const content = der.sequence(
    der.explicit(0, der.integer(Buffer.from([2]))), // version 3
    der.integer(serialNumber()),
    algorithm,
    who,
    der.sequence(der.time(new Date(now - day)), der.time(new Date(now + 365 * day))),
    who,
    publicKey.export({ type: 'spki', format: 'der' }),
    der.explicit(
      3,
      der.sequence(
        // Marked as an authority so that a test can name it as `ca`.
        der.sequence(
          oids.basicConstraints,
          der.boolean(true),
          der.octetString(der.sequence(der.boolean(true))),
        ),
        der.sequence(
          oids.subjectAltName,
          der.octetString(
            der.sequence(
              ...names.map((name) => der.implicit(2, Buffer.from(name))),
              ...addresses.map((address) => der.implicit(7, addressBytes(address))),
            ),
          ),
        ),
      ),
    ),
  )
  const certificate = der.sequence(content, algorithm, der.bitString(sign('sha256', content, privateKey)))
  return {
    cert: pem('CERTIFICATE', certificate),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** At most 64 characters are allowed in it; what counts are the alternative names. */
function commonName([first = 'localhost']: readonly string[]): string {
  return first.length <= 64 ? first : 'icloud-mx-simulator'
}

/** Positive, and without leading zeros. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
