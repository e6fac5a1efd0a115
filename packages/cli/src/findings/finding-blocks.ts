import type { Severity } from '@icloud-delivery/preflight'
import type { AnyFinding } from './any-finding.ts'
import type { Page } from '../output/page.ts'
import type { Tone } from '../output/paint.ts'

const words: Readonly<Record<Severity, string>> = {
  error: 'to mend',
  warning: 'warning',
  unknown: 'cannot tell',
  note: 'note',
}

/** How a severity is painted. */
export const severityTones: Readonly<Record<Severity, Tone>> = {
  error: 'bad',
  warning: 'caution',
  unknown: 'caution',
  note: 'label',
}

/** Shows findings one below the other: what, where, the evidence, the fix, and the replies of Apple's at risk. */
export function findingBlocks(page: Page, findings: readonly AnyFinding[]): void {
  for (const { severity, code, title, evidence, where, fix, risks } of findings) {
    page.heading(`${words[severity]}: ${title}`, severityTones[severity], code)
    page.fields(
      [
        ['Where', where],
        ['Seen', evidence === '' ? null : evidence],
        ['Fix', fix.replaceAll('willSign', '--will-sign')],
        ['Risks', risks.length === 0 ? null : risks.join(', ')],
      ],
      { joined: true },
    )
  }
}

/** Such as `2 to mend, 1 warning, 1 cannot tell`; `nothing found` if there are none. */
export function countsWords(findings: readonly Pick<AnyFinding, 'severity'>[]): string {
  const parts = (['error', 'warning', 'unknown', 'note'] as const).flatMap((severity) => {
    const count = findings.filter((one) => one.severity === severity).length
    if (count === 0) return []
    const word = words[severity]
    const isPlural = count !== 1 && (severity === 'warning' || severity === 'note')
    return [`${count} ${isPlural ? `${word}s` : word}`]
  })
  return parts.length === 0 ? 'nothing found' : parts.join(', ')
}

/** Whether something has to be mended. */
export function isToMend(findings: readonly Pick<AnyFinding, 'severity'>[]): boolean {
  return findings.some(({ severity }) => severity === 'error')
}
