import { expect, it } from 'vitest'
import { bench } from '../bench.test.fixture.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { fill, suppressionOf } from './ledgers.test.fixture.ts'

it('a rule that there is not is refused, with the nearest name, and nothing is logged', async () => {
  const { engine } = bench()
  await expect(engine.release({ rule: 'invalid-recipiant' })).rejects.toThrow(
    /release: there is no rule "invalid-recipiant" \(did you mean "invalid-recipient"\?\), and the ledger has nothing of one/,
  )
  await expect(engine.release({ rule: 'nope', dryRun: true })).rejects.toMatchObject({ code: 'EARGUMENT' })
  expect(await engine.ledger.events({ type: 'audit' })).toEqual([])
})

it('a rule that has done nothing is one', async () => {
  const { engine } = bench({ policy: { rules: { 'policy-hm08': { hold: null } } } })
  for (const rule of ['invalid-recipient', 'policy-hm08', 'no-reply'])
    expect(await engine.release({ rule })).toBe(0)
})

it('a rule of an older version is one while the ledger has something of it', async () => {
  const ledger = memoryLedger()
  const { engine } = bench({ ledger })
  const at = Date.UTC(2025, 0, 1)
  await fill(ledger, {
    'a@icloud.com': { suppressions: [suppressionOf('a@icloud.com', { at, rule: 'gone-rule' })] },
    'b@icloud.com': {
      quarantine: { rule: 'old-doubt', at, until: at + 1, reply: 'r', messageId: 'm1' },
    },
  })
  expect(await engine.release({ rule: 'old-doubt' })).toBe(0)
  expect((await engine.address('b@icloud.com')).quarantine).toBeNull()
  expect(await engine.release({ rule: 'gone-rule' })).toBe(1)
  await expect(engine.release({ rule: 'gone-rule' })).rejects.toMatchObject({ code: 'EARGUMENT' })
})
