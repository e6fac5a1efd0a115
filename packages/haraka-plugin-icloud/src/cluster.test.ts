import { expect, it } from 'vitest'
import { setStage } from './stage.test.fixture.ts'

it('two workers share one ledger: what one learns, the other knows', async () => {
  const stage = await setStage({ haraka: { nodes: 2 } })
  try {
    await Promise.all([1, 2].map((worker) => stage.haraka.logged(`worker ${worker} listening`)))
    const pidOf = (dsn: string | undefined): string | undefined =>
      /\(Haraka (\d+) invoked for bounce\)/.exec(dsn ?? '')?.[1]
    const mail = { from: 'a@example.com', to: ['invalid-recipient@icloud.com'] }
    await stage.haraka.send(mail)
    const [first] = await stage.dsns('a@example.com')
    // The master hands out connections in turn.
    await stage.haraka.send(mail)
    const [, second] = await stage.dsns('a@example.com', 2)
    expect(pidOf(first)).toMatch(/^\d+$/)
    expect(pidOf(second)).not.toBe(pidOf(first))
    expect(second).toContain('suppressed locally (invalid-recipient, ')
    expect(stage.tries('invalid-recipient@icloud.com')).toBe(1)
  } finally {
    await stage.close()
  }
})
