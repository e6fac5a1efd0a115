import { createEngine } from '@icloud-delivery/engine'
import { expect, it } from 'vitest'
import { setStage } from './stage.test.fixture.ts'

it('mail that waits as its stream goes on with engaged readers only asks no more before an operator ends that', async () => {
  // Waiting mail looks for released holds every three seconds, and asks by itself only after three minutes.
  const stage = await setStage({ icloud: ['[policy]', 'time_scale=0.05'] })
  const engine = createEngine({ ledger: stage.haraka.ledger })
  const send = (name: string, stream: string): Promise<string> =>
    stage.haraka.send({
      from: 'a@example.com',
      to: [`${name}@icloud.com`],
      headers: { 'X-Stream': stream },
    })
  try {
    const now = Date.now()
    const engagedOnly = { rule: 'policy-hm08', since: now, seconds: 604_800 }
    const hour = { probeEverySeconds: 3600, forSeconds: 3600, until: now + 3_600_000 }
    const hold = { rule: 'policy-cs01', since: now, reply: '', probe: null, ...hour }
    await engine.ledger.write([
      { key: 'scope/stream/default/marketing', expected: 0, value: { engagedOnly } },
      { key: 'scope/stream/default/transactional', expected: 0, value: { hold } },
    ])
    await send('news', 'marketing')
    await stage.haraka.logged(/<news@icloud\.com> rule=policy-hm08 .*action=held .*engaged readers only/)
    await send('code', 'transactional')
    await stage.haraka.logged(/<code@icloud\.com> rule=policy-cs01 .*action=held /)
    // That this one goes shows that Haraka has looked.
    await stage.release({ scope: 'stream', id: 'default/transactional' })
    await stage.delivered('code@icloud.com')
    expect(stage.tries('news@icloud.com')).toBe(0)
    await stage.release({ scope: 'stream', id: 'default/marketing' })
    await stage.delivered('news@icloud.com')
    await stage.emptyQueue()
    const held = stage.decisions('news@icloud.com').filter((line) => line.includes('action=held'))
    expect(held).toHaveLength(1)
  } finally {
    await engine.close()
    await stage.close()
  }
})
