import { X509Certificate } from 'node:crypto'

/**
 * What is wrong with the signatures of a chain, the certificate first; `null` if nothing is. The library that reads mark
 * certificates compares the names of issuers only.
 *
 * @param pem all certificates of the file
 */
export function chainFault(pem: string, roots: readonly X509Certificate[]): string | null {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) return 'there is no certificate in the file'
  if (blocks.length > 10) return `${blocks.length} certificates in one file`
  const chain = blocks.map((block) => new X509Certificate(block))
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain[index + 1]
    if (issuer !== undefined && !isSignedBy(certificate, issuer))
      return `certificate ${index + 1} is not signed by the one after it`
  }
  const last = chain.at(-1)
  const isTrusted =
    last !== undefined &&
    roots.some((root) => root.fingerprint512 === last.fingerprint512 || isSignedBy(last, root))
  return isTrusted ? null : 'its chain ends at none of the known issuers of mark certificates'
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}
