import { expect, it } from 'vitest'
import { fullDisk, unreadable } from './plugins.test.fixture.ts'
import { setStage } from './stage.test.fixture.ts'

it('a disk that is full for a while costs nobody a message, and nobody gets one twice', async () => {
  // What waits for the disk must not become too old meanwhile, however slow the machine is.
  const policy = JSON.stringify({ maxAgeSeconds: { '*': 3600 } })
  const stage = await setStage({
    haraka: { ownPlugins: { fullDisk }, config: { 'icloud_policy.json': policy } },
  })
  try {
    stage.apple.script('late@icloud.com', [{ rule: 'mailbox-full' }, { accept: true }])
    await stage.haraka.send({
      from: 'fulldisk@example.com',
      to: ['fine@icloud.com', 'late@icloud.com', 'invalid-recipient@icloud.com'],
    })
    await stage.delivered('late@icloud.com')
    const [dsn] = await stage.dsns('fulldisk@example.com')
    expect(stage.haraka.log.filter((line) => line.includes('FULL part'))).toHaveLength(2)
    expect(stage.haraka.log.filter((line) => line.includes('FULL dsn'))).toHaveLength(2)
    expect(dsn?.match(/^Final-Recipient.*(?=\r$)/gm)).toEqual([
      'Final-Recipient: rfc822;invalid-recipient@icloud.com',
    ])
    expect(stage.tries('fine@icloud.com')).toBe(1)
    expect(stage.tries('late@icloud.com')).toBe(2)
    expect(stage.tries('invalid-recipient@icloud.com')).toBe(1)
    await stage.emptyQueue()
  } finally {
    await stage.close()
  }
}, 40_000)

it('a message that cannot be read for a while is bounced all the same', async () => {
  const stage = await setStage({ haraka: { ownPlugins: { unreadable } } })
  try {
    await stage.haraka.send({ from: 'a@example.com', to: ['invalid-recipient@icloud.com'] })
    const [dsn] = await stage.dsns('a@example.com')
    expect(dsn).toContain('Status: 5.1.1')
    expect(stage.haraka.log.filter((line) => line.includes('EMFILE'))).toHaveLength(2)
    await stage.emptyQueue()
  } finally {
    await stage.close()
  }
})
