import type { DomainOptions, FindingCode } from '@icloud-delivery/preflight'
import { forecastWords } from '../lint/forecast-words.ts'
import type { Step } from './step.ts'

/** The first step: SPF, DKIM, DMARC, BIMI, and the names of the hosts. */
export async function lookAtAuthentication(domain: string, options: DomainOptions): Promise<Step> {
  const { checkDomain } = await import('@icloud-delivery/preflight')
  const report = await checkDomain(domain, options)
  const { spf, dkim, dmarc, reverseDns, forecast, findings } = report
  const missing = (code: FindingCode): string =>
    findings.some((one) => one.code === code) ? 'no record' : 'not known'
  const unnamed = [
    ...(spf.ips.length === 0 ? ['no --ip'] : []),
    ...(dkim.length === 0 ? ['no --selector'] : []),
  ]
  const why = unnamed.length === 0 ? '' : ` (${unnamed.join(', ')})`
  return {
    name: 'authentication',
    title: 'Authentication',
    skipped: null,
    facts: [
      ['SPF', spf.record ?? missing('spf-missing')],
      ...dkim.map(({ selector, isUsable, bits }): [string, string] => [
        `DKIM ${selector}`,
        isUsable === null
          ? 'no answer'
          : isUsable
            ? `usable${bits === null ? '' : `, ${bits} bits`}`
            : 'not usable',
      ]),
      ['DMARC', dmarc?.record ?? missing('dmarc-missing')],
      ...reverseDns.map(({ ip, names }): [string, string] => [
        ip,
        names === null ? 'no answer' : names.length === 0 ? 'no name' : names.join(', '),
      ]),
      ['Mail will pass', `${forecastWords(forecast)}${why}`],
    ],
    findings,
    report,
  }
}
