import { expect, it } from 'vitest'
import { TestBatches } from './test-batches.ts'

it('says once for each stream that a smart host leaves it without a test batch', () => {
  const warnings: string[] = []
  const engine = {
    canaries: () => Promise.reject(new Error('not asked')),
    canary: () => Promise.reject(new Error('not asked')),
  }
  const batches = new TestBatches(engine, { error: () => {}, warn: (message) => warnings.push(message) })
  const settings = { canary: new Map([['marketing', 100]]) }
  batches.passBy({ stream: 'marketing' }, settings)
  batches.passBy({ stream: 'transactional', campaign: 'spring' }, settings)
  batches.passBy({ stream: 'marketing', campaign: 'spring' }, { canary: new Map() })
  expect(warnings).toEqual([])
  batches.passBy({ stream: 'marketing', campaign: 'spring' }, settings)
  batches.passBy({ stream: 'marketing', campaign: 'summer' }, settings)
  expect(warnings).toEqual([expect.stringMatching(/^\[canary\] marketing does nothing .* over a smart host/)])
})
