import { afterAll, beforeAll, expect, it } from 'vitest'
import { fiveHours } from './plugins.test.fixture.ts'
import { setStage, type Stage } from './stage.test.fixture.ts'

let stage: Stage

beforeAll(async () => {
  stage = await setStage({
    apple: { connection: [{ rule: 'proofpoint-block' }] },
    haraka: fiveHours,
  })
})

afterAll(() => stage?.close())

it('mail behind a hold that never ends expires: the one that asks, and the one that waits', async () => {
  const headers = { 'X-Stream': 'marketing' }
  await stage.haraka.send({ from: 'a@example.com', to: ['one@icloud.com'], headers })
  await stage.haraka.logged(/<one@icloud\.com> rule=proofpoint-block /)
  await stage.haraka.send({ from: 'b@example.com', to: ['two@icloud.com'], headers })
  const dsns = [...(await stage.dsns('a@example.com')), ...(await stage.dsns('b@example.com'))]
  for (const dsn of dsns) expect(dsn).toContain('Status: 5.4.7')
  expect(dsns).toHaveLength(2)
  for (const recipient of ['one@icloud.com', 'two@icloud.com']) {
    expect(await stage.remembered(recipient)).toMatchObject({ suppressions: [], softBounces: [] })
  }
})
