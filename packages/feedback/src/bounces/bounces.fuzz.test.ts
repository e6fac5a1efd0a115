import { expect, it } from 'vitest'
import { fuzz, fuzzMs } from '../fuzz/fuzz.test.fixture.ts'
import { bench, deliveredTo, signed } from './bounces.test.fixture.ts'
import { bounceOf, mtas } from './mta-bounces.test.fixture.ts'

it(
  'broken input makes the reader of bounces neither throw nor act on anybody else',
  async () => {
    const { engine, bounces } = bench()
    const top = deliveredTo(signed().address)
    const examples = mtas.flatMap((mta) => [bounceOf(mta), bounceOf(mta, { top })])
    const runs = await fuzz(examples, async (input) => {
      const results = await bounces.message(input)
      expect(results.length).toBeGreaterThan(0)
      for (const { action, recipient } of results)
        if (action !== null) expect(recipient).toBe('anna@icloud.com')
      expect(await engine.holds()).toEqual([])
    })
    expect(runs).toBeGreaterThan(1)
  },
  fuzzMs,
)
