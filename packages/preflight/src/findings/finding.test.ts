import { expect, it } from 'vitest'
import { bySeverity, found } from './finding.ts'
import { listed } from './shown.ts'

it('takes what the code says, and escapes and cuts what was seen', () => {
  const finding = found('link-shortener', {
    where: 'links',
    evidence: `a\u0000b\u202ec 😀 ${'x'.repeat(1000)}`,
  })
  expect(finding).toMatchObject({
    code: 'link-shortener',
    severity: 'warning',
    risks: ['policy-cs03', 'spamhaus-dbl'],
  })
  expect(finding.evidence).toMatch(/^a\\u0000b\\u202ec 😀 x+…$/)
  expect(finding.evidence.length).toBeLessThan(520)
})

it('puts the worst first', () => {
  const codes = ['bimi-missing', 'dns-no-answer', 'spf-no-all', 'spf-missing', 'spf-ptr'] as const
  const findings = codes.map((code) => found(code, { where: '', evidence: '' }))
  expect(bySeverity(findings).map(({ severity }) => severity)).toEqual([
    'error',
    'warning',
    'unknown',
    'note',
    'note',
  ])
})

it('lists some and counts the rest', () => {
  expect(listed(['a', 'b', 'a'])).toBe('a, b')
  expect(listed(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more')
})
