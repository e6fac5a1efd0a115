import type { Kind } from './kind.ts'

type DkimCode =
  | 'dkim-not-checked'
  | 'dkim-no-key'
  | 'dkim-key-invalid'
  | 'dkim-key-revoked'
  | 'dkim-key-short'
  | 'dkim-key-weak'
  | 'dkim-testing'
  | 'dkim-missing'
  | 'dkim-signature-invalid'
  | 'dkim-unsigned-part'
  | 'dkim-sha1'
  | 'dkim-expired'

/** What can be wrong with DKIM, its keys and signatures. */
export const dkimKinds: Readonly<Record<DkimCode, Kind>> = {
  'dkim-not-checked': {
    severity: 'unknown',
    risks: [],
    title: 'No selector was given, so no DKIM key was looked up',
    fix: 'Name the selectors that you sign with; a signed message shows them as s= in DKIM-Signature',
  },
  'dkim-no-key': {
    severity: 'error',
    risks: ['authentication-failure', 'dmarc-failure'],
    title: 'There is no DKIM key at the selector',
    fix: 'Publish the public key as a TXT record at selector._domainkey.domain',
  },
  'dkim-key-invalid': {
    severity: 'error',
    risks: ['authentication-failure', 'dmarc-failure'],
    title: 'The DKIM key cannot be used',
    fix: 'Publish the key anew, as one record, as your signer gives it',
  },
  'dkim-key-revoked': {
    severity: 'error',
    risks: ['authentication-failure', 'dmarc-failure'],
    title: 'The DKIM key is revoked: its p= is empty',
    fix: 'Sign with another selector, or publish the key again',
  },
  'dkim-key-short': {
    severity: 'error',
    risks: ['authentication-failure', 'dmarc-failure'],
    title: 'The RSA key is shorter than 1024 bits and counts as none',
    fix: 'Make a key of 2048 bits under a new selector',
  },
  'dkim-key-weak': {
    severity: 'warning',
    risks: ['authentication-failure'],
    title: 'The RSA key is shorter than 2048 bits',
    fix: 'Make a key of 2048 bits under a new selector, and retire this one a week after',
  },
  'dkim-testing': {
    severity: 'warning',
    risks: ['authentication-failure'],
    title: 'The DKIM key says that it is only for testing (t=y)',
    fix: 'Take t=y out of the key record',
  },
  'dkim-missing': {
    severity: 'error',
    risks: ['authentication-failure', 'dmarc-failure'],
    title: 'The message is not signed with DKIM',
    fix: 'Sign all mail, with a domain aligned with From. If a later hop signs, name it in willSign',
  },
  'dkim-signature-invalid': {
    severity: 'error',
    risks: ['authentication-failure', 'dmarc-failure'],
    title: 'A DKIM signature does not verify',
    fix: 'Sign last: nothing may change the message after. Then compare the key in DNS with the one that signs',
  },
  'dkim-unsigned-part': {
    severity: 'warning',
    risks: ['authentication-failure'],
    title: 'A part of the message is not covered by the signature',
    fix: 'Sign without l=, and sign From, To, Subject, Date and Message-ID',
  },
  'dkim-sha1': {
    severity: 'error',
    risks: ['authentication-failure'],
    title: 'A DKIM signature uses SHA-1, which receivers ignore',
    fix: 'Sign with rsa-sha256 or ed25519-sha256',
  },
  'dkim-expired': {
    severity: 'error',
    risks: ['authentication-failure'],
    title: 'A DKIM signature has expired or is dated in the future',
    fix: 'Check the clock of the signer, and leave x= out or set it to a week at least',
  },
}
