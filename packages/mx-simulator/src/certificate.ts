import { generate } from 'selfsigned'

/** A certificate that nobody vouches for, with its key. */
export interface Certificate {
  cert: string
  key: string
}

/** Makes a certificate for the simulated hosts. `address` must be an IP address. */
export async function makeCertificate(
  hosts: readonly { name: string; address: string }[],
): Promise<Certificate> {
  const names = [...new Set(hosts.map((host) => host.name))]
  const addresses = [...new Set(hosts.map((host) => host.address))]
  const made = await generate([{ name: 'commonName', value: names[0] ?? 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      // Marked as an authority so that a test can name it as `ca`.
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          ...addresses.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  })
  return { cert: made.cert, key: made.private }
}
