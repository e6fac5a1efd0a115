import { readFileSync } from 'node:fs'
import path from 'node:path'
import { defaultPolicy, resolvePolicy, scalePolicy } from '@icloud-delivery/engine'
import { describe, expect, it } from 'vitest'
import { readPolicy } from './policy-file.ts'

const streams = ['transactional', 'marketing']
const read = (value: unknown, base = defaultPolicy): ReturnType<typeof readPolicy> =>
  readPolicy(JSON.stringify(value, null, 2).split('\n'), base, streams)

describe('readPolicy', () => {
  it.each([[[]], [['']], [['{}']]])('%j changes nothing', (lines) => {
    const { policy, problems } = readPolicy(lines, defaultPolicy, streams)
    expect(problems).toEqual([])
    expect(resolvePolicy(policy)).toEqual(defaultPolicy)
  })

  it('takes every kind of setting; what the file does not name keeps its default', () => {
    const hold = {
      scope: 'stream',
      count: 2,
      windowSeconds: 60,
      forSeconds: 120,
      probeEverySeconds: null,
    } as const
    const { policy, problems } = read({
      maxAgeSeconds: { marketing: 3600 },
      jitter: 0,
      ledgerRetrySeconds: 5,
      ownDomains: ['example.com'],
      signals: { minAttempts: 200 },
      incidents: { factor: 10 },
      rules: {
        'mailbox-full': { waitsSeconds: [60, 120] },
        'proofpoint-block': { hold: null },
        'policy-hm08': { hold },
      },
      otherwise: { retry: { waitsSeconds: [30] } },
    })
    expect(problems).toEqual([])
    expect(resolvePolicy(policy)).toEqual({
      ...defaultPolicy,
      maxAgeSeconds: { ...defaultPolicy.maxAgeSeconds, marketing: 3600 },
      jitter: 0,
      ledgerRetrySeconds: 5,
      ownDomains: ['example.com'],
      signals: { ...defaultPolicy.signals, minAttempts: 200 },
      incidents: { ...defaultPolicy.incidents, factor: 10 },
      rules: {
        ...defaultPolicy.rules,
        'mailbox-full': { ...defaultPolicy.rules['mailbox-full'], waitsSeconds: [60, 120] },
        'proofpoint-block': { hold: null },
        'policy-hm08': { ...defaultPolicy.rules['policy-hm08'], hold },
      },
      otherwise: { ...defaultPolicy.otherwise, retry: { waitsSeconds: [30] } },
    })
  })

  it('takes lanes apart: what is not named keeps its default, and a mistake leaves the rest', () => {
    const base = scalePolicy(0.001)
    const { policy, problems } = read(
      {
        lanes: {
          '*': { ceiling: 1, priorities: { alerts: 0, news: 12 } },
          // Right only together with the lane below.
          'ip-1': { alternative: 'ip-2', floor: 'none' },
          'ip-2': { warmUp: 'done', spread: { news: { messages: 1000, overSeconds: 60 } } },
        },
      },
      base,
    )
    expect(problems).toEqual([
      expect.stringContaining(
        'icloud_policy.json lanes.*.priorities.news: expected a whole number from 0 to 9',
      ),
      expect.stringContaining('icloud_policy.json lanes.ip-1.floor: expected a whole number from 1 to 1000'),
    ])
    const { lanes } = resolvePolicy(policy)
    const all = base.lanes['*']
    const others = { ...all, ceiling: 1, priorities: { ...all?.priorities, alerts: 0 } }
    expect(lanes).toEqual({
      '*': others,
      'ip-1': { ...others, alternative: 'ip-2' },
      'ip-2': { ...others, warmUp: 'done', spread: { news: { messages: 1000, overSeconds: 60 } } },
    })
  })

  it('is not scaled: time_scale is for the defaults only', () => {
    const base = scalePolicy(0.001)
    const { policy } = read({ rules: { 'rate-limited': { waitsSeconds: [60] } } }, base)
    const resolved = resolvePolicy(policy)
    expect(resolved.rules['rate-limited']).toEqual({ ...base.rules['rate-limited'], waitsSeconds: [60] })
    expect(resolved.rules['mailbox-full']).toEqual(base.rules['mailbox-full'])
    expect(resolved.maxAgeSeconds).toEqual(base.maxAgeSeconds)
  })

  it.each([
    [{ jitter: 2 }, ' jitter: expected a number from 0 to 1, found 2'],
    [{ maxAgeSeconds: { '*': '5 days' } }, ' maxAgeSeconds.*: expected seconds, more than 0 and at most '],
    [
      { maxAgeSeconds: { news: 60 } },
      ' maxAgeSeconds.news: no such stream; there are *, transactional, marketing',
    ],
    [{ maxAgeSeconds: 60 }, ' maxAgeSeconds: expected an object, found 60'],
    [{ rules: { 'mailbox-ful': { hold: null } } }, ' rules: there is no "mailbox-ful"'],
    [{ rules: { 'mailbox-full': { waits: [1] } } }, ' rules.mailbox-full: there is no option "waits"'],
    [
      { rules: { 'mailbox-full': { waitsSeconds: [] } } },
      ' rules.mailbox-full.waitsSeconds: expected an array of 1 to 100',
    ],
    [{ rules: { 'policy-cs01': { hold: { count: 9 } } } }, ' rules.policy-cs01.hold.scope: expected '],
    [{ rules: { 'policy-cs01': 5 } }, ' rules.policy-cs01: expected an object, found 5'],
    [{ lanes: { bulk: { alternative: 'ip-9' } } }, ' lanes.bulk.alternative: expected a lane that is named'],
    [{ lanes: { '*': { cieling: 3 } } }, ' lanes.*: there is no option "cieling"'],
    [{ polices: {} }, ': there is no option "polices"'],
    [[], ': an object is expected, found []'],
  ])('%j: one line that names file, key, expected and found; the default stays', (value, problem) => {
    const { policy, problems } = read(value)
    expect(problems).toEqual([expect.stringContaining(`config/icloud_policy.json${problem}`)])
    expect(problems[0]).toMatch(/^[^\n]*(?:expected|there are)[^\n]*$/)
    expect(resolvePolicy(policy)).toEqual(defaultPolicy)
  })

  it('a mistake leaves the rest of the file in force', () => {
    const { policy, problems } = read({
      jitter: 'none',
      rules: { 'rate-limited': { waitsSeconds: [60], slowsRecipient: 'no' } },
    })
    expect(problems).toHaveLength(2)
    expect(resolvePolicy(policy).rules['rate-limited']).toEqual({
      ...defaultPolicy.rules['rate-limited'],
      waitsSeconds: [60],
    })
  })

  it('the example of the README is allowed', () => {
    const readme = readFileSync(path.join(import.meta.dirname, '..', 'README.md'), 'utf8')
    const [, example = ''] = /```json\n([^]*?)```/.exec(readme) ?? []
    const { policy, problems } = readPolicy(example.split('\n'), defaultPolicy, streams)
    expect(problems).toEqual([])
    expect(resolvePolicy(policy).maxAgeSeconds).toEqual({ '*': 432_000, marketing: 86_400 })
  })

  it('a file that is not JSON is named, and changes nothing', () => {
    const { policy, problems } = readPolicy(['{', ' jitter: 0', '}'], defaultPolicy, streams)
    expect(problems).toEqual([
      expect.stringMatching(/^config\/icloud_policy\.json: JSON is expected, found .*defaults$/),
    ])
    expect(resolvePolicy(policy)).toEqual(defaultPolicy)
  })

  it('an object is taken as it is: Haraka reads YAML by itself', () => {
    const { policy, problems } = readPolicy({ jitter: 0 }, defaultPolicy, streams)
    expect(problems).toEqual([])
    expect(resolvePolicy(policy).jitter).toBe(0)
  })
})
