import type { Kind } from './kind.ts'

type ScannerCode = 'malware-found' | 'spam-score' | 'scanner-no-answer'

/** What scanners say. */
export const scannerKinds: Readonly<Record<ScannerCode, Kind>> = {
  'malware-found': {
    severity: 'error',
    risks: ['policy-cs03'],
    title: 'A scanner found malware',
    fix: 'Take the file out, and look where it came from',
  },
  'spam-score': {
    severity: 'warning',
    risks: ['policy-cs01'],
    title: 'A spam filter scores the message as spam',
    fix: 'Look at the rules that it names',
  },
  'scanner-no-answer': {
    severity: 'unknown',
    risks: [],
    title: 'A scanner gave no answer',
    fix: 'Check that it runs and can be reached',
  },
}
