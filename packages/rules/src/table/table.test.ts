import { describe, expect, test } from 'vitest'
import { isSafe } from 'redos-detector'
import { classify } from '../classify.ts'
import { decodePatterns } from '../decode.ts'
import { evidencePatterns } from '../evidence.ts'
import { explain } from '../explain.ts'
import { temporaryCode } from '../decide-rule.ts'
import { continued } from '../repeated-codes.ts'
import { announcements } from '../returned-message.ts'
import { rules } from './index.ts'

const mx = 'mx01.mail.icloud.com'
const fallbacks = ['unknown-temporary', 'unknown-permanent']
const faults =
  'recipient recipient-domain rate provider protocol sender-auth sender-dns sender-ip sender-registration content reputation unknown'
const scopes = 'recipient message stream sending-domain sending-ip provider'
const dispositions = 'retry soft-bounce suppress fail hold'

describe('the table', () => {
  test('has the twelve of the mission and those beyond them', () => {
    expect(rules.map((rule) => rule.id).toSorted()).toEqual([
      'authentication-failure',
      'directory-outage',
      'dmarc-failure',
      'helo-not-found',
      'inactive-account',
      'invalid-recipient',
      'ip-deferred',
      'ip-rejected',
      'local-policy',
      'mailbox-full',
      'not-accepting-connections',
      'pipelining-fallout',
      'policy-cs01',
      'policy-cs02',
      'policy-cs03',
      'policy-hm07',
      'policy-hm08',
      'private-relay-transformation',
      'private-relay-unregistered-sender',
      'proofpoint-block',
      'rate-limited',
      'relay-access-denied',
      'sender-domain-not-found',
      'service-unavailable',
      'spamhaus-block',
      'spamhaus-dbl',
      'temporary-error',
      'too-many-errors',
      'unknown-permanent',
      'unknown-temporary',
    ])
  })

  test('gives no id and no tag twice', () => {
    const ids = rules.map((rule) => rule.id)
    const tags = rules.flatMap((rule) => rule.tags ?? [])
    expect(new Set(ids).size).toBe(ids.length)
    expect(new Set(tags).size).toBe(tags.length)
  })

  test('suppresses for a fault of the recipient alone', () => {
    const suppressing = rules.filter((rule) => rule.disposition === 'suppress')
    expect(suppressing.map((rule) => rule.id)).toEqual(['invalid-recipient'])
    expect(suppressing.every((rule) => rule.fault === 'recipient')).toBe(true)
  })
})

describe.each(rules.map((rule) => [rule.id, rule] as const))('%s', (_id, rule) => {
  test('fits the schema', () => {
    expect(rule.id).toMatch(/^[a-z][a-z0-9-]+$/)
    expect(faults.split(' ')).toContain(rule.fault)
    expect(scopes.split(' ')).toContain(rule.scope)
    expect(dispositions.split(' ')).toContain(rule.disposition)
    expect(['high', 'medium', 'low']).toContain(rule.confidence)
    expect(rule.title.length).toBeGreaterThan(5)
    expect(rule.meaning.length).toBeGreaterThan(30)
    expect(rule.causes.length).toBeGreaterThan(0)
    expect(rule.fixes.length).toBeGreaterThanOrEqual(4)
    for (const code of rule.codes) expect(code).toSatisfy((each: number) => each >= 400 && each <= 599)
    for (const code of rule.enhanced) expect(code).toMatch(/^[45]\.\d\.\d{1,3}$/)
    for (const tag of rule.tags ?? []) expect(tag).toMatch(/^[A-Z]{2,3}\d{1,2}$/)
    expect((rule.tags ?? []).length + rule.wordings.length > 0).toBe(!fallbacks.includes(rule.id))
    expect(rule.lastSeen ?? '2026').toMatch(/^20\d\d(-\d\d)?$/)
  })

  test('has a source, an example and a counter-example', () => {
    expect(rule.sources.length).toBeGreaterThan(0)
    expect(rule.examples.length).toBeGreaterThan(0)
    expect(rule.counterExamples.length).toBeGreaterThan(0)
  })

  test('names keywords as the scanner wants them', () => {
    const keywords = rule.wordings.map(({ keyword }) => keyword)
    expect(keywords.filter((keyword) => !/^[a-z](?:[a-z.:=-]| (?! ))+$/.test(keyword))).toEqual([])
  })

  test('is the only rule for each of its examples', () => {
    for (const { input } of rule.examples) {
      const { verdict, matched, shadowed } = explain(input, { mx })
      expect(verdict.rule, input).toBe(rule.id)
      expect(verdict.provider).toBe('apple')
      const deciding = matched.filter((id) => !shadowed.some((each) => each.rule === id))
      expect(deciding, input).toEqual([rule.id])
      // What is shadowed must only be the words that go along with every tag.
      expect(
        shadowed.every((each) => each.rule === 'local-policy'),
        input,
      ).toBe(true)
    }
  })

  test('leaves its counter-examples to others', () => {
    for (const each of rule.counterExamples) {
      const verdict = classify(each.input, { mx: each.mx ?? mx })
      expect(verdict.rule, each.input).toBe(each.rule)
      expect(verdict.rule).not.toBe(rule.id)
      expect(verdict.provider).toBe(each.rule === null ? null : 'apple')
    }
  })

  test.each([
    'mail.icloud.com.attacker.example',
    'fakeicloud.com',
    'mx.fakeicloud.com',
    'mx01-mail-icloud.com',
    'icloud.com.example',
  ])('does not fire for %s', (host) => {
    for (const { input } of rule.examples) {
      expect(classify(input, { mx: host, recipient: 'anna@example.com' })).toMatchObject({
        rule: null,
        provider: null,
      })
    }
  })

  test('has words that no other rule’s example contains', () => {
    const others = rules.filter((each) => each !== rule).flatMap((each) => each.examples)
    for (const { input } of others) {
      const { matched, shadowed } = explain(input, { mx })
      const alone = matched.filter((id) => !shadowed.some((each) => each.rule === id))
      expect(alone, input).not.toContain(rule.id)
    }
  })
})

test.each([
  ...rules.flatMap((rule) => rule.wordings.flatMap(({ pattern }) => pattern ?? [])),
  ...evidencePatterns,
  ...decodePatterns,
  ...announcements,
  continued,
  temporaryCode,
])('no catastrophic back-tracking: %s', (pattern) => {
  // A bounded repeat costs a bounded number of steps; what must not be is growth with the length of the text.
  expect(isSafe(pattern, { maxScore: 5000 }).safe).toBe(true)
})
