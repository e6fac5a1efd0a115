import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makePlace, someMail, type Place } from '../ledger.test.fixture.ts'
import { run } from '../run-bin.test.helper.ts'

let place: Place
beforeEach(() => {
  place = makePlace()
})
afterEach(() => place.remove())

describe('backup', () => {
  test('copies a ledger in use, and overwrites nothing', async () => {
    await place.with(async (engine) => {
      await someMail(engine)
      const copy = place.path('copy.db')
      const args = ['backup', copy, '--json', '--ledger', place.ledger]
      const { code, stdout } = await run(args)
      expect(code).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({ file: copy })
      expect((await run(['suppressions', '--ledger', copy])).stdout).toContain('anna@icloud.com')
      const { stderr } = await run(args)
      expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'ELEDGERFILE' } })
    })
  })

  test('of Redis is for Redis, and of nothing is an error', async () => {
    expect(await run(['backup', place.path('a'), '--ledger', 'redis://127.0.0.1:1/0'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('BGSAVE'),
    })
    expect(await run(['backup', place.path('a'), '--ledger', place.ledger])).toMatchObject({ code: 2 })
  })
})
