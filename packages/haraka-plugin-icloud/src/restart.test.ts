import { rmSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { run } from './haraka.test.fixture.ts'
import { gate } from './plugins.test.fixture.ts'
import { queueIs } from './queue.test.fixture.ts'
import { setStage } from './stage.test.fixture.ts'

it('trap 9: after kill -9 a message has kept its stream, and no part of it comes twice', async () => {
  const stage = await setStage({
    haraka: { ownPlugins: { gate } },
    icloud: ['[main]', 'streams=transactional,marketing', '[lanes]', 'marketing=bulk'],
  })
  try {
    stage.apple.script('latch-a@icloud.com', [{ rule: 'mailbox-full' }, { rule: 'policy-hm08' }])
    stage.apple.script('latch-b@icloud.com', [{ rule: 'rate-limited' }, { accept: true }])
    await stage.haraka.send({
      from: 'a@example.com',
      to: ['latch-a@icloud.com', 'latch-b@icloud.com', 'invalid-recipient@icloud.com', 'fine@icloud.com'],
      headers: { 'X-Stream': 'marketing' },
    })
    await stage.dsns('a@example.com')
    // Both parts have their place in the queue when they come up for their next attempt.
    await stage.haraka.logged('GATE latch-a@icloud.com')
    await stage.haraka.logged('GATE latch-b@icloud.com')
    // Haraka hears only now that the mailbox took the DSN, and would send it again if its file were still there.
    await queueIs(stage.haraka.dir, ['latch-a', 'latch-b'])
    await stage.haraka.kill()
    for (const part of ['a', 'b']) rmSync(path.join(stage.haraka.dir, `gate-latch-${part}`))

    const again = await run(stage.haraka.dir)
    try {
      await stage.delivered('latch-b@icloud.com')
      const dsns = await stage.dsns('a@example.com', 2)
      expect(dsns.map((dsn) => /^Final-Recipient: rfc822;(.*)\r$/m.exec(dsn)?.[1])).toEqual([
        'invalid-recipient@icloud.com',
        'latch-a@icloud.com',
      ])
      expect(stage.tries('fine@icloud.com')).toBe(1)
      expect(stage.tries('invalid-recipient@icloud.com')).toBe(1)
      expect(await stage.eventData('latch-a@icloud.com')).toContainEqual(
        expect.objectContaining({ rule: 'policy-hm08', stream: 'marketing', lane: 'bulk' }),
      )
    } finally {
      await again.kill()
    }
  } finally {
    await stage.close()
  }
})
