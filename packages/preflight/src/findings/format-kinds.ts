import type { Kind } from './kind.ts'

type FormatCode =
  | 'from-missing'
  | 'date-missing'
  | 'date-invalid'
  | 'date-far-off'
  | 'message-id-missing'
  | 'message-id-form'
  | 'header-duplicate'
  | 'header-malformed'
  | 'header-not-ascii'
  | 'line-too-long'
  | 'line-ending'
  | 'nul-byte'
  | 'mime-broken'
  | 'message-large'
  | 'content-not-checked'

/** Faults of form: RFC 5322 and its relatives. Apple asks for messages that keep to it. */
export const formatKinds: Readonly<Record<FormatCode, Kind>> = {
  'from-missing': {
    severity: 'error',
    risks: ['policy-cs01', 'local-policy'],
    title: 'The message has no usable From',
    fix: 'Give it one From header with one address',
  },
  'date-missing': {
    severity: 'error',
    risks: ['policy-cs01', 'local-policy'],
    title: 'The message has no Date',
    fix: 'Add a Date header; most mailers do it by themselves',
  },
  'date-invalid': {
    severity: 'warning',
    risks: ['policy-cs01'],
    title: 'The Date is not one',
    fix: 'Write it as in: Tue, 3 Mar 2026 10:00:00 +0000',
  },
  'date-far-off': {
    severity: 'warning',
    risks: ['policy-cs01'],
    title: 'The Date is far from now',
    fix: 'Check the clock of the machine, and date the message when it is sent',
  },
  'message-id-missing': {
    severity: 'warning',
    risks: ['policy-cs01'],
    title: 'The message has no Message-ID',
    fix: 'Add one, unique, with your domain behind the @',
  },
  'message-id-form': {
    severity: 'warning',
    risks: ['policy-cs01'],
    title: 'The Message-ID has an unusual form',
    fix: 'Write it as <unique-part@your.domain>, without spaces',
  },
  'header-duplicate': {
    severity: 'error',
    risks: ['policy-cs01', 'local-policy'],
    title: 'A header stands there more than once that may stand there once',
    fix: 'Leave one; readers and filters disagree about which one counts',
  },
  'header-malformed': {
    severity: 'warning',
    risks: ['policy-cs01'],
    title: 'A line among the headers is none',
    fix: 'Let a mail library build the headers',
  },
  'header-not-ascii': {
    severity: 'warning',
    risks: ['policy-cs01'],
    title: 'A header has raw characters beyond ASCII',
    fix: 'Encode it as RFC 2047 says; mail libraries do it by themselves',
  },
  'line-too-long': {
    severity: 'error',
    risks: ['policy-cs01', 'local-policy'],
    title: 'A line is longer than 998 characters',
    fix: 'Encode the part as quoted-printable or base64',
  },
  'line-ending': {
    severity: 'warning',
    risks: ['policy-cs01'],
    title: 'CR or LF stand alone, or line ends are mixed',
    fix: 'End every line with CR LF',
  },
  'nul-byte': {
    severity: 'error',
    risks: ['policy-cs01', 'local-policy'],
    title: 'The message holds a NUL byte',
    fix: 'Encode the part as base64',
  },
  'mime-broken': {
    severity: 'warning',
    risks: ['policy-cs01'],
    title: 'The MIME structure cannot be read',
    fix: 'Let a mail library build the message',
  },
  'message-large': {
    severity: 'warning',
    risks: [],
    title: 'The message is larger than 20 MB, more than Apple’s mail servers take',
    fix: 'Put the file on your site and link to it',
  },
  'content-not-checked': {
    severity: 'unknown',
    risks: [],
    title: 'A part of the message was not looked at, as it exceeds a limit',
    fix: 'Make the message smaller or simpler',
  },
}
