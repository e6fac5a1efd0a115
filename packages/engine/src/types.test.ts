import { expect, expectTypeOf, it } from 'vitest'
import { bench, replies } from './bench.test.fixture.ts'
import type { Suppression } from './state/suppression.ts'

it('an action and an admission are told apart by their type, in TypeScript too', async () => {
  const { admit, reply } = bench()
  const retry = await reply(replies.full)
  if (retry.type !== 'retry' && retry.type !== 'hold') throw new Error(retry.type)
  expectTypeOf(retry.retryAt).toEqualTypeOf<number>()
  expectTypeOf(retry.expired).toEqualTypeOf<false>()

  const suppress = await reply(replies.invalid)
  if (suppress.type !== 'suppress') throw new Error(suppress.type)
  expectTypeOf(suppress.suppression).toEqualTypeOf<Suppression>()
  expectTypeOf(suppress.retryAt).toEqualTypeOf<null>()

  const [suppressed] = await admit()
  if (suppressed?.decision !== 'suppressed') throw new Error(suppressed?.decision)
  expectTypeOf(suppressed.suppression).toEqualTypeOf<Suppression>()
  expect(suppressed.suppression.rule).toBe('invalid-recipient')

  await reply(replies.blocked, { recipient: 'berta@icloud.com' })
  const [held] = await admit({ recipients: ['berta@icloud.com'] })
  if (held?.decision !== 'held' && held?.decision !== 'later') throw new Error(held?.decision)
  expectTypeOf(held.retryAt).toEqualTypeOf<number>()
  expect(held.retryAt).toBeGreaterThan(0)
})
