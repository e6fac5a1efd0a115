import { describe, expect, it } from 'vitest'
import { faultsOf } from './report.ts'
import { simulate } from './simulation.ts'

/** They wait for nothing, and so take several times as long where others share the processor. */
const timeout = 600_000

describe('30 days of mail', () => {
  it('end with the dead suppressed, nobody else, and every message accounted for', { timeout }, async () => {
    const figures = await simulate({ recipients: 4000, seed: 1 })
    expect(faultsOf(figures)).toEqual([])
    const { mail, suppressions, hammering, incidents, blockedIp } = figures
    expect(mail.messages).toBe(12_200)
    expect(mail.delivered).toBeGreaterThan(11_500)

    const { dead } = suppressions
    expect(dead.refused).toBeGreaterThan(20)
    expect(dead.late).toBe(0)
    expect(Object.keys(dead.not)).toEqual(['one refusal, and it accepted mail in the 30 days before'])
    expect(dead.inTime).toBeGreaterThan(dead.refused / 2)
    expect(hammering.most).toBeLessThan(15)

    const rulesOf = incidents.real.map(({ seen }) => new Set(seen.flatMap(({ rules }) => rules)))
    expect(rulesOf).toEqual([new Set(['directory-outage', 'invalid-recipient']), new Set(['policy-hm08'])])
    expect(incidents.falseAlarms).toEqual([])
    expect(blockedIp.holds).toHaveLength(1)
    expect(blockedIp.holds[0]!.until).toBeLessThan(blockedIp.until + 2 * 3600)
  })

  it('are the same again with the same seed, and others with another one', { timeout }, async () => {
    const [first, second, third] = [
      await simulate({ recipients: 300, seed: 7 }),
      await simulate({ recipients: 300, seed: 7 }),
      await simulate({ recipients: 300, seed: 8 }),
    ]
    expect(second).toEqual(first)
    expect(third).not.toEqual(first)
  })
})

describe('what must not be', () => {
  it('is said in a line each', { timeout }, async () => {
    const figures = await simulate({ recipients: 300, seed: 1 })
    expect(
      faultsOf({
        ...figures,
        unaccounted: 2,
        blockedIp: { ...figures.blockedIp, lost: 1 },
        suppressions: { ...figures.suppressions, wrongly: 1, wronglyExamples: ['anna@icloud.com (x): y'] },
      }),
    ).toEqual([
      'SUPPRESSED WRONGLY: 1 recipients, such as\n  anna@icloud.com (x): y',
      'LOST: nobody knows what became of 2 messages',
      'LOST: 1 messages failed because an IP was blocked',
    ])
  })
})
