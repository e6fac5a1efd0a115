import { rules } from '@icloud-delivery/rules'
import { describe, expect, it } from 'vitest'
import { EngineError } from '../errors.ts'
import { defaultPolicy } from './policy.ts'
import { resolvePolicy } from './policy-check.ts'
import { scalePolicy } from './scale-policy.ts'

describe('the default policy', () => {
  it('names only rules that exist', () => {
    const ids = new Set(rules.map((rule) => rule.id))
    expect(
      Object.keys(defaultPolicy.rules).filter((id) => id !== 'no-reply' && !ids.has(id.split(':')[0] ?? '')),
    ).toEqual([])
  })

  it('passes its own check', () => {
    expect(resolvePolicy(defaultPolicy)).toEqual(defaultPolicy)
  })

  it('lets no rule suppress by count whose fault is not the recipient', () => {
    const counting = rules.filter((rule) => defaultPolicy.rules[rule.id]?.suppress)
    expect(counting.map(({ id, fault }) => [id, fault])).toEqual([['inactive-account', 'recipient']])
  })

  it('gives every rule that holds the message a scope to hold', () => {
    const holding = rules.filter((rule) => rule.disposition === 'hold')
    expect(holding.length).toBeGreaterThan(0)
    for (const rule of holding) expect(defaultPolicy.rules[rule.id]?.hold).toBeTruthy()
  })
})

describe('resolvePolicy', () => {
  it('changes what is given and keeps the rest', () => {
    const policy = resolvePolicy({
      maxAgeSeconds: { news: 60 },
      rules: {
        'mailbox-full': { waitsSeconds: [1, 2] },
        'policy-hm08': { hold: null },
        'invalid-recipient': {},
      },
      otherwise: { retry: { waitsSeconds: [5] } },
    })
    expect(policy.maxAgeSeconds).toEqual({ '*': 432_000, marketing: 172_800, news: 60 })
    expect(policy.rules['mailbox-full']).toEqual({
      ...defaultPolicy.rules['mailbox-full'],
      waitsSeconds: [1, 2],
    })
    expect(policy.rules['policy-hm08']).toEqual({ slowsLane: true, hold: null })
    expect(policy.rules['rate-limited']).toBe(defaultPolicy.rules['rate-limited'])
    expect(policy.otherwise.retry.waitsSeconds).toEqual([5])
  })

  const hold = { scope: 'stream', count: 3, windowSeconds: 600, forSeconds: 60, probeEverySeconds: null }
  it.each([
    ['policy', 7],
    ['policy', { retries: 3 }],
    ['policy.jitter', { jitter: -0.1 }],
    ['policy.jitter', { jitter: '0.2' }],
    ['policy.topOfHour', { topOfHour: 300 }],
    ['policy.topOfHour', { topOfHour: { minutes: 5 } }],
    ['policy.topOfHour.avoidSeconds', { topOfHour: { avoidSeconds: 901 } }],
    ['policy.topOfHour.avoidSeconds', { topOfHour: { hourSeconds: 1000 } }],
    ['policy.topOfHour.hourSeconds', { topOfHour: { hourSeconds: 0 } }],
    ['policy.ledgerRetrySeconds', { ledgerRetrySeconds: 0 }],
    ['policy.maxAgeSeconds.marketing', { maxAgeSeconds: { marketing: Number.NaN } }],
    ['policy.rules', { rules: { 'mailbox-ful': {} } }],
    ['policy.rules.mailbox-full', { rules: { 'mailbox-full': 3 } }],
    ['policy.rules.mailbox-full', { rules: { 'mailbox-full': { wait: [1] } } }],
    ['policy.rules.mailbox-full.waitsSeconds', { rules: { 'mailbox-full': { waitsSeconds: [] } } }],
    ['policy.rules.mailbox-full.waitsSeconds[1]', { rules: { 'mailbox-full': { waitsSeconds: [1, -1] } } }],
    ['policy.rules.mailbox-full.afterWaits', { rules: { 'mailbox-full': { afterWaits: 'suppress' } } }],
    ['policy.rules.mailbox-full.slowsRecipient', { rules: { 'mailbox-full': { slowsRecipient: 1 } } }],
    [
      'policy.rules.mailbox-full.pause.streams',
      { rules: { 'mailbox-full': { pause: { streams: 'marketing', afterSeconds: 1, everySeconds: 1 } } } },
    ],
    [
      'policy.rules.mailbox-full.pause.everySeconds',
      { rules: { 'mailbox-full': { pause: { streams: [], afterSeconds: 1 } } } },
    ],
    [
      'policy.rules.rate-limited.slowLane.recipients',
      { rules: { 'rate-limited': { slowLane: { recipients: 0, windowSeconds: 1 } } } },
    ],
    [
      'policy.rules.rate-limited.slowLane.windowSeconds',
      { rules: { 'rate-limited': { slowLane: { recipients: 5 } } } },
    ],
    [
      'policy.rules.invalid-recipient.quarantine.quarantineSeconds',
      { rules: { 'invalid-recipient': { quarantine: { acceptedWithinSeconds: 1 } } } },
    ],
    [
      'policy.rules.invalid-recipient.quarantine.acceptedWithinSeconds',
      {
        rules: { 'invalid-recipient': { quarantine: { acceptedWithinSeconds: 1e9, quarantineSeconds: 1 } } },
      },
    ],
    [
      'policy.rules.relay-access-denied.alertDomain.failures',
      { rules: { 'relay-access-denied': { alertDomain: { failures: 1, apartSeconds: 0, overSeconds: 0 } } } },
    ],
    [
      'policy.rules.no-reply',
      { rules: { 'no-reply': { quarantine: { acceptedWithinSeconds: 1, quarantineSeconds: 1 } } } },
    ],
    [
      'policy.rules.inactive-account.suppress.failures',
      { rules: { 'inactive-account': { suppress: { failures: 1, apartSeconds: 0, overSeconds: 0 } } } },
    ],
    [
      'policy.rules.inactive-account.suppress.overSeconds',
      { rules: { 'inactive-account': { suppress: { failures: 3, apartSeconds: 0 } } } },
    ],
    [
      'policy.rules.policy-hm08.hold.scope',
      { rules: { 'policy-hm08': { hold: { ...hold, scope: 'recipient' } } } },
    ],
    ['policy.rules.policy-hm08.hold.count', { rules: { 'policy-hm08': { hold: { ...hold, count: 1.5 } } } }],
    ['policy.rules.policy-hm08.hold.family', { rules: { 'policy-hm08': { hold: { ...hold, family: 1 } } } }],
    ['policy.rules.policy-hm08.hold.share', { rules: { 'policy-hm08': { hold: { ...hold, share: 1.5 } } } }],
    [
      'policy.rules.policy-hm08.hold.share',
      { rules: { 'policy-hm08': { hold: { ...hold, scope: 'private-relay', share: 0.5 } } } },
    ],
    [
      'policy.rules.policy-hm08.hold.windowSeconds',
      { rules: { 'policy-hm08': { hold: { ...hold, share: 0.5, windowSeconds: 7200 } } } },
    ],
    [
      'policy.rules.policy-hm08.hold.distinct',
      { rules: { 'policy-hm08': { hold: { ...hold, distinct: 'sender' } } } },
    ],
    ['policy.rules.policy-hm08.hold.inARow', { rules: { 'policy-hm08': { hold: { ...hold, inARow: 1 } } } }],
    [
      'policy.rules.policy-hm08.hold.engagedOnlySeconds',
      { rules: { 'policy-hm08': { hold: { ...hold, engagedOnlySeconds: 0 } } } },
    ],
    ['policy.rules.policy-hm08.slowsLane', { rules: { 'policy-hm08': { slowsLane: 'yes' } } }],
    ['policy.rules.policy-cs02.campaign', { rules: { 'policy-cs02': { campaign: 3600 } } }],
    [
      'policy.rules.policy-cs02.campaign.probeEverySeconds',
      { rules: { 'policy-cs02': { campaign: { forSeconds: 60 } } } },
    ],
    ['policy.ownDomains', { ownDomains: 'example.com' }],
    ['policy.ownDomains[1]', { ownDomains: ['example.com', 'a@example.com'] }],
    ['policy.probeLeaseSeconds', { probeLeaseSeconds: 0.5 }],
    [
      'policy.rules.policy-hm08.hold.probeEverySeconds',
      { rules: { 'policy-hm08': { hold: { ...hold, probeEverySeconds: undefined } } } },
    ],
    ['policy.otherwise', { otherwise: { bounce: {} } }],
  ])('names %s if that is wrong', (option, options) => {
    let error: unknown
    try {
      resolvePolicy(options as never)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(EngineError)
    expect(error).toMatchObject({ code: 'EPOLICY' })
    expect((error as Error).message.startsWith(`${option}: `)).toBe(true)
    expect((error as Error).message).toMatch(/expected/)
  })
})

describe('ownDomains', () => {
  it('are kept in lower case', () => {
    expect(resolvePolicy({ ownDomains: ['Example.COM'] }).ownDomains).toEqual(['example.com'])
    expect(resolvePolicy().ownDomains).toBeNull()
  })
})

describe('scalePolicy', () => {
  it('multiplies times only, and the result is a policy', () => {
    const scaled = scalePolicy(1 / 3600)
    expect(scaled.maxAgeSeconds['*']).toBeCloseTo(120)
    expect(scaled.rules['mailbox-full']?.waitsSeconds?.map(Math.round)).toEqual([4, 12, 24, 24])
    expect(scaled.rules['policy-hm08']?.hold).toMatchObject({ count: 3, forSeconds: 6 })
    expect(scaled.rules['inactive-account']?.suppress).toMatchObject({ failures: 4, overSeconds: 28 * 24 })
    expect(scaled.rules['mailbox-full']?.pause).toMatchObject({ afterSeconds: 336, everySeconds: 336 })
    expect(scaled.rules['invalid-recipient']?.quarantine).toEqual({
      acceptedWithinSeconds: 720,
      quarantineSeconds: 48,
    })
    expect(scaled.rules['rate-limited']?.slowLane?.recipients).toBe(5)
    expect(scaled.rules['rate-limited']?.slowLane?.windowSeconds).toBeCloseTo(1 / 6)
    expect(scaled.rules['relay-access-denied']?.alertDomain).toMatchObject({ failures: 4, apartSeconds: 24 })
    expect(scaled.topOfHour.hourSeconds).toBeCloseTo(1)
    expect(scaled.topOfHour.avoidSeconds).toBeCloseTo(1 / 12)
    expect(scaled.rules['policy-hm08']?.hold).toMatchObject({ share: 0.01, engagedOnlySeconds: 7 * 24 })
    expect(scaled.rules['policy-cs02']?.campaign).toEqual({ forSeconds: 1, probeEverySeconds: 1 })
    // A process dies by its own clock.
    expect(scaled.probeLeaseSeconds).toBe(30)
    expect(scaled.jitter).toBe(defaultPolicy.jitter)
    expect(resolvePolicy(scaled)).toEqual(scaled)
  })

  it.each([0, -1, Number.NaN, Infinity])('refuses a factor of %f', (factor) => {
    expect(() => scalePolicy(factor)).toThrow(expect.objectContaining({ code: 'EPOLICY' }))
  })
})
