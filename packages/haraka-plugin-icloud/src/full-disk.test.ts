import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { fullDisk, stuckDisk, unreadable } from './plugins.test.fixture.ts'
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
})

it('while a disk is full other mail goes to Apple: what waits for the disk has no connection', async () => {
  const lane = { ceiling: 1, start: 1, floor: 1, reserve: 0, lowestShare: 0 }
  const policy = JSON.stringify({ maxAgeSeconds: { '*': 3600 }, lanes: { '*': lane } })
  const stage = await setStage({
    haraka: { ownPlugins: { stuckDisk }, config: { 'icloud_policy.json': policy } },
  })
  const full = path.join(stage.haraka.dir, 'full')
  const send = (user: string, ...names: string[]): Promise<string> =>
    stage.haraka.send({ from: `${user}@example.com`, to: names.map((name) => `${name}@icloud.com`) })
  try {
    writeFileSync(full, '')
    for (const name of ['gone', 'none'])
      stage.apple.script(`${name}@icloud.com`, [{ rule: 'invalid-recipient' }])
    await send('stuck', 'gone')
    await stage.haraka.logged(/the DSN of \S+ could not be queued, trying again/)
    await send('b', 'next')
    await stage.delivered('next@icloud.com')
    await send('stuck', 'fine', 'none')
    await stage.haraka.logged(/a part of \S+ could not be queued, trying again/)
    await send('b', 'last')
    await stage.delivered('last@icloud.com')
    rmSync(full)
    await stage.dsns('stuck@example.com', 2)
    await stage.emptyQueue()
    expect(stage.apple.messages.map(({ recipients }) => recipients.join())).toEqual(
      ['next', 'fine', 'last'].map((name) => `${name}@icloud.com`),
    )
  } finally {
    await stage.close()
  }
})

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
