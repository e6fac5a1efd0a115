import type { Kind } from './kind.ts'

type DmarcCode =
  | 'dmarc-missing'
  | 'dmarc-multiple'
  | 'dmarc-syntax'
  | 'dmarc-policy-none'
  | 'dmarc-partial'
  | 'dmarc-no-rua'
  | 'dmarc-rua-not-authorised'

/** What can be wrong with the DMARC record. */
export const dmarcKinds: Readonly<Record<DmarcCode, Kind>> = {
  'dmarc-missing': {
    severity: 'error',
    risks: ['dmarc-failure'],
    title: 'The domain publishes no DMARC record, which Apple asks for',
    fix: 'Publish v=DMARC1; p=none; rua=mailto:... at _dmarc.domain, and go on to p=quarantine when the reports are clean',
  },
  'dmarc-multiple': {
    severity: 'error',
    risks: ['dmarc-failure'],
    title: 'The domain has more than one DMARC record, which counts as none',
    fix: 'Leave one',
  },
  'dmarc-syntax': {
    severity: 'error',
    risks: ['dmarc-failure'],
    title: 'The DMARC record cannot be read',
    fix: 'Correct the tag that is named: v=DMARC1 first, then p=none, quarantine or reject',
  },
  'dmarc-policy-none': {
    severity: 'note',
    risks: [],
    title: 'The DMARC policy is none: it reports, and stops nobody who forges the domain',
    fix: 'Read the reports, mend the senders that fail, then go on to p=quarantine',
  },
  'dmarc-partial': {
    severity: 'note',
    risks: [],
    title: 'The DMARC policy holds for a part of the mail only',
    fix: 'Take pct and t=y out when the reports are clean',
  },
  'dmarc-no-rua': {
    severity: 'warning',
    risks: [],
    title: 'The DMARC record asks for no aggregate reports',
    fix: 'Add rua=mailto: with a mailbox that somebody reads',
  },
  'dmarc-rua-not-authorised': {
    severity: 'warning',
    risks: [],
    title: 'The domain that is to receive the reports does not allow it',
    fix: 'Have it publish v=DMARC1 at the name given, or use a mailbox at your own domain',
  },
}
