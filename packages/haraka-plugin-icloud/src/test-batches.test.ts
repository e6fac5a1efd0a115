import { expect, it } from 'vitest'
import { createEngine } from '@icloud-delivery/engine'
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

it('declares none that is there under the name that is written, also where it was noted in other words', async () => {
  const engine = createEngine({ ledger: 'memory:' })
  const told: string[] = []
  const batches = new TestBatches(engine, {
    error: (message) => told.push(message),
    warn: (message) => told.push(message),
  })
  const settings = { canary: new Map([['marketing', 100]]), timeScale: 1 }
  try {
    await engine.canary({ id: 'spring sale', size: 5 })
    await batches.declare({ stream: 'marketing', campaign: 'spring sale' }, settings)
    await batches.declare({ stream: 'marketing', campaign: 'summer sale' }, settings)
    expect((await engine.canaries()).map(({ id, size }) => ({ id, size }))).toEqual(
      expect.arrayContaining([
        { id: 'spring_sale', size: 5 },
        { id: 'summer_sale', size: 100 },
      ]),
    )
    expect(told).toEqual([])
  } finally {
    await engine.close()
  }
})
