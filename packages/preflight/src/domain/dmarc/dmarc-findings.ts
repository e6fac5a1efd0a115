import { found, type Finding } from '../../findings/finding.ts'
import type { FoundDmarc } from './dmarc-record.ts'

/** Whether there is a record that can be used. */
export function dmarcFindings(dmarc: FoundDmarc, domain: string): Finding[] {
  switch (dmarc.kind) {
    case 'none':
      return [found('dmarc-missing', { where: `TXT _dmarc.${domain}`, evidence: 'no record' })]
    case 'multiple':
      return [found('dmarc-multiple', { where: `TXT _dmarc.${dmarc.domain}`, evidence: dmarc.evidence })]
    case 'broken':
      return [found('dmarc-syntax', { where: `TXT _dmarc.${dmarc.domain}`, evidence: dmarc.evidence })]
    case 'record':
    case 'no-answer':
      return []
  }
}
