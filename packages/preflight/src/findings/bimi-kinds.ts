import type { Kind } from './kind.ts'

type BimiCode =
  | 'bimi-missing'
  | 'bimi-record-invalid'
  | 'bimi-policy-too-lax'
  | 'bimi-no-certificate'
  | 'bimi-logo-invalid'
  | 'bimi-certificate-invalid'
  | 'bimi-certificate-expired'
  | 'bimi-certificate-expires-soon'
  | 'bimi-certificate-other-domain'
  | 'bimi-logo-differs'
  | 'bimi-common-mark'
  | 'bimi-not-checked'

/** What can be wrong with the BIMI logo. None of it decides whether mail is accepted. */
export const bimiKinds: Readonly<Record<BimiCode, Kind>> = {
  'bimi-missing': {
    severity: 'note',
    risks: [],
    title: 'The domain publishes no BIMI record, so no logo is shown',
    fix: 'If a logo matters to you: DMARC at quarantine or reject, an SVG Tiny PS, a mark certificate, and a record at default._bimi.domain',
  },
  'bimi-record-invalid': {
    severity: 'warning',
    risks: [],
    title: 'The BIMI record cannot be used',
    fix: 'Publish one record: v=BIMI1; l=https://.../logo.svg; a=https://.../certificate.pem',
  },
  'bimi-policy-too-lax': {
    severity: 'warning',
    risks: [],
    title: 'BIMI needs a DMARC policy of quarantine or reject for all mail',
    fix: 'Raise the DMARC policy first, subdomains included',
  },
  'bimi-no-certificate': {
    severity: 'note',
    risks: [],
    title: 'The BIMI record names no certificate; Apple shows logos only with one',
    fix: 'Get a VMC or CMC from one of the issuers, and name it in a=',
  },
  'bimi-logo-invalid': {
    severity: 'warning',
    risks: [],
    title: 'The logo is not an SVG that BIMI allows',
    fix: 'Save it as SVG Tiny PS: baseProfile="tiny-ps", a title, no scripts, animations or references',
  },
  'bimi-certificate-invalid': {
    severity: 'warning',
    risks: [],
    title: 'The mark certificate does not verify',
    fix: 'Serve the certificate and its intermediates in one PEM file, the certificate first, as the issuer gave it',
  },
  'bimi-certificate-expired': {
    severity: 'warning',
    risks: [],
    title: 'The mark certificate has expired or does not hold yet',
    fix: 'Renew it with its issuer',
  },
  'bimi-certificate-expires-soon': {
    severity: 'warning',
    risks: [],
    title: 'The mark certificate expires within 30 days',
    fix: 'Renew it with its issuer',
  },
  'bimi-certificate-other-domain': {
    severity: 'warning',
    risks: [],
    title: 'The mark certificate is for another domain',
    fix: 'Get one that names this domain, or name the right one in a=',
  },
  'bimi-logo-differs': {
    severity: 'warning',
    risks: [],
    title: 'The logo in the certificate is another one than at l=',
    fix: 'Serve the very file that was certified',
  },
  // https://www.spamresource.com/2025/01/apple-vmc-support-update.html: only Google is known to accept CMCs.
  'bimi-common-mark': {
    severity: 'note',
    risks: [],
    title: 'The mark certificate is a CMC; Apple is known to show logos with a VMC only',
    fix: 'Nothing, if other providers matter to you; for Apple get a VMC, which needs a registered trademark',
  },
  'bimi-not-checked': {
    severity: 'unknown',
    risks: [],
    title: 'The files of the BIMI record could not be looked at',
    fix: 'Try again; the files have to be there for everybody, over HTTPS',
  },
}
