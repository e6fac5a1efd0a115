import { describe, expect, it } from 'vitest'
import { resolvePolicy } from '../policy/policy-check.ts'
import { scalePolicy } from '../policy/scale-policy.ts'
import { defaultIncidents } from './incident-policy.ts'

describe('the policy of incidents', () => {
  it('keeps its defaults where nothing else is said', () => {
    expect(resolvePolicy({ incidents: {} }).incidents).toEqual(defaultIncidents)
    expect(resolvePolicy({ incidents: { factor: 4 } }).incidents).toEqual({ ...defaultIncidents, factor: 4 })
  })

  it('names what cannot be right', () => {
    for (const [incidents, message] of [
      [{ faktor: 8 }, /policy\.incidents: there is no option "faktor" \(did you mean "factor"/],
      [{ factor: 1 }, /policy\.incidents\.factor: expected a number from 2/],
      [{ goodSeconds: 0 }, /goodSeconds: expected seconds/],
      [{ usualPerDay: 2 }, /usualPerDay: expected a number from 0 to 1/],
      [{ minRecipients: 1.5 }, /minRecipients: expected a whole number from 2/],
      [{ chancePerDay: 0 }, /chancePerDay: expected a number more than 0/],
      [{ minPolicyReplies: 1 }, /minPolicyReplies/],
      [{ policyShare: 0.4 }, /policyShare: expected a number from 0\.5/],
      [{ waitsSeconds: [] }, /waitsSeconds: expected an array/],
      [{ waitsSeconds: [60, 0] }, /waitsSeconds\[1\]: expected seconds/],
      [{ probeSeconds: -1 }, /probeSeconds/],
      [{ quietSeconds: 0 }, /quietSeconds/],
      [{ endSeconds: 0 }, /endSeconds/],
      [{ traceSeconds: 0 }, /traceSeconds/],
      [null, /policy\.incidents: expected an object/],
    ] as const) {
      expect(() => resolvePolicy({ incidents } as never)).toThrow(message)
    }
  })

  it('is scaled: every time, and no number', () => {
    const { incidents } = scalePolicy(1 / 3600)
    expect(incidents).toMatchObject({
      goodSeconds: 2160,
      waitsSeconds: [0.25, 0.5, 1, 2, 4],
      probeSeconds: 0.25,
      quietSeconds: 0.25,
      endSeconds: 24,
      traceSeconds: 72,
      factor: defaultIncidents.factor,
      usualPerDay: defaultIncidents.usualPerDay,
    })
  })
})
