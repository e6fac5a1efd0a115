import type { Kind } from './kind.ts'

type AlignmentCode = 'authentication-will-fail' | 'dmarc-will-fail'

/** What is predicted for the message or the domain as a whole. */
export const alignmentKinds: Readonly<Record<AlignmentCode, Kind>> = {
  'authentication-will-fail': {
    severity: 'error',
    risks: ['authentication-failure'],
    title: 'Neither SPF nor DKIM will pass',
    fix: 'Mend the findings on SPF and DKIM; one that passes would be enough for this one',
  },
  'dmarc-will-fail': {
    severity: 'error',
    risks: ['dmarc-failure'],
    title: 'Nothing passes aligned with From, so DMARC fails',
    fix: 'Let SPF or DKIM pass for the From domain or, if the record does not ask for strict alignment, a domain with the same registered domain',
  },
}
