import { describe, expect, it } from 'vitest'
import { resolvePolicy } from '../policy/policy-check.ts'
import { scalePolicy } from '../policy/scale-policy.ts'
import { defaultSignals, type SignalsPolicy } from './signals-policy.ts'

function resolve(signals: object): SignalsPolicy {
  return resolvePolicy({ signals }).signals
}

describe('the policy of signals', () => {
  it('keeps its defaults where nothing else is said', () => {
    expect(resolve({})).toEqual(defaultSignals)
    expect(resolve({ minAttempts: 50 })).toEqual({ ...defaultSignals, minAttempts: 50 })
    expect(resolve({ holdMarketingSeconds: null }).holdMarketingSeconds).toBeNull()
  })

  it('names what cannot be right', () => {
    for (const [signals, message] of [
      [{ minAttempt: 50 }, /policy\.signals: there is no option "minAttempt" \(did you mean "minAttempts"/],
      [{ minAttempts: 9 }, /policy\.signals\.minAttempts: expected a number from 10/],
      [{ deferralRise: 2 }, /policy\.signals\.deferralRise: expected a number from 0 to 1/],
      [{ bounceRise: -1 }, /bounceRise/],
      [{ policyRise: '1' }, /policyRise/],
      [{ volumeFactor: 0 }, /volumeFactor/],
      [{ minVolume: 0 }, /minVolume/],
      [{ bucketSeconds: 0 }, /bucketSeconds: expected seconds/],
      [{ engagedSeconds: Number.NaN }, /engagedSeconds/],
      [{ holdMarketingSeconds: 0 }, /holdMarketingSeconds/],
    ] as const) {
      expect(() => resolve(signals)).toThrow(message)
    }
  })

  it('must be an object', () => {
    expect(() => resolve(null as never)).toThrow(/policy\.signals: expected an object, found null/)
    expect(() => resolve([])).toThrow(/found an array/)
  })

  it('has its times scaled, and nothing else', () => {
    const signals = { ...defaultSignals, holdMarketingSeconds: 7200 }
    const { signals: scaled } = scalePolicy(1 / 3600, resolvePolicy({ signals }))
    expect(scaled).toEqual({
      ...signals,
      bucketSeconds: 60 / 3600,
      engagedSeconds: 2160,
      holdMarketingSeconds: 2,
    })
    expect(scalePolicy(2).signals.holdMarketingSeconds).toBeNull()
  })
})
