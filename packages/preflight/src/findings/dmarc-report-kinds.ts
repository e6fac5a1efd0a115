import type { Kind } from './kind.ts'

type DmarcReportCode = 'dmarc-source-failing' | 'dmarc-report-unreadable'

/** What DMARC reports show. */
export const dmarcReportKinds: Readonly<Record<DmarcReportCode, Kind>> = {
  'dmarc-source-failing': {
    severity: 'warning',
    risks: ['dmarc-failure', 'authentication-failure'],
    title: 'Mail from this IP fails DMARC',
    fix: 'If it is yours: add it to SPF or have it sign with DKIM. If it is not, a policy of quarantine or reject keeps it out',
  },
  'dmarc-report-unreadable': {
    severity: 'unknown',
    risks: [],
    title: 'A report could not be read',
    fix: 'Look at the file; reports are XML, alone or in gzip, zip or a mail',
  },
}
