import { expect, it } from 'vitest'
import { createEngine } from '@icloud-delivery/engine'
import { setStage } from './stage.test.fixture.ts'

/** Finds something in all mail. */
const module = `export const preflight = () => [{ code: 'shortener', severity: 'warning' }]`

it('[canary]: the first of a mailing go, and if Apple refuses them the rest is kept, with what was found before', async () => {
  const stage = await setStage({
    haraka: { config: { 'check.mjs': module } },
    icloud: [
      '[canary]',
      'marketing=2',
      '[preflight]',
      'module=config/check.mjs',
      // No look takes so long, whatever the machine.
      'timeout_ms=20000',
      // Mail that waits asks again after some seconds.
      '[policy]',
      'time_scale=0.01',
    ],
  })
  const send = (to: string, campaign: string, stream = 'marketing'): Promise<string> =>
    stage.haraka.send({
      from: 'a@example.com',
      to: [to],
      headers: { 'X-Stream': stream, 'X-Campaign': campaign },
    })
  try {
    stage.apple.script('first@icloud.com', [{ rule: 'policy-cs01' }])
    await send('first@icloud.com', 'spring sale')
    await stage.haraka.logged(
      /\[ALERT\] .*canary-stopped spring_sale: .*; found before it was sent: shortener/,
    )
    await send('second@icloud.com', 'spring sale')
    await stage.haraka.logged(/<second@icloud\.com> rule=canary action=held .*was stopped/)
    expect(stage.tries('second@icloud.com')).toBe(0)
    // Other mailings and streams have nothing to do with it.
    await send('other@icloud.com', 'summer')
    await send('code@icloud.com', 'spring sale 2', 'transactional')
    await stage.delivered('other@icloud.com')
    await stage.delivered('code@icloud.com')

    const engine = createEngine({ ledger: stage.haraka.ledger })
    try {
      expect((await engine.canaries()).map(({ id, size, verdict }) => ({ id, size, verdict }))).toEqual(
        expect.arrayContaining([
          { id: 'spring_sale', size: 2, verdict: 'stop' },
          { id: 'summer', size: 2, verdict: null },
        ]),
      )
      expect(await engine.release({ campaign: 'spring_sale' })).toBe(1)
    } finally {
      await engine.close()
    }
  } finally {
    await stage.close()
  }
})

it('one that an application declared in the same ledger keeps its numbers', async () => {
  const stage = await setStage({ icloud: ['[canary]', 'marketing=2', '[policy]', 'time_scale=0.01'] })
  const engine = createEngine({ ledger: stage.haraka.ledger })
  try {
    await engine.canary({ id: 'spring', size: 1 })
    const headers = { 'X-Stream': 'marketing', 'X-Campaign': 'spring' }
    await stage.haraka.send({ from: 'a@example.com', to: ['first@icloud.com'], headers })
    await stage.delivered('first@icloud.com')
    expect((await engine.canaries()).map(({ id, size }) => ({ id, size }))).toEqual([
      { id: 'spring', size: 1 },
    ])
  } finally {
    await engine.close()
    await stage.close()
  }
})
