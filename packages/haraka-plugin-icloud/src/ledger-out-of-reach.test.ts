import { expect, it } from 'vitest'
import { withoutModule } from './plugins.test.fixture.ts'
import { setStage } from './stage.test.fixture.ts'

it('without its ledger the plugin still understands replies, and says once what is wrong', async () => {
  const stage = await setStage({ icloud: ['[main]', 'ledger=file:/dev/null/icloud.db'] })
  try {
    await stage.haraka.send({ from: 'a@example.com', to: ['anna@example.org'] })
    await stage.mailboxes.waitFor(({ messages }) => messages.length === 1)
    // Nobody asked about mail that does not go to Apple.
    expect(stage.haraka.log.filter((line) => line.includes('out of reach'))).toEqual([])

    stage.apple.script('full@icloud.com', [{ rule: 'mailbox-full' }, { accept: true }])
    await stage.haraka.send({
      from: 'a@example.com',
      to: ['full@icloud.com', 'invalid-recipient@icloud.com'],
    })
    await stage.delivered('full@icloud.com')
    const [dsn] = await stage.dsns('a@example.com')
    expect(dsn).toContain('Final-Recipient: rfc822;invalid-recipient@icloud.com')
    expect(stage.haraka.log.filter((line) => line.includes('[ERROR] [-] [icloud]'))).toEqual([
      expect.stringContaining('the ledger is out of reach (ELEDGERFILE'),
      expect.stringContaining(
        'outcomes are lost: the ledger is out of reach, and the buffer cannot be written',
      ),
    ])
  } finally {
    await stage.close()
  }
})

it.each([
  [
    'without ioredis',
    { missing: withoutModule('ioredis') },
    /needs the package ioredis.*npm install ioredis/,
  ],
  ['with nobody there', {}, /\[main\] ledger: the ledger cannot be used for now: .*127\.0\.0\.1/],
])('a ledger in Redis %s is told at the start, and no mail waits for it', async (_, ownPlugins, said) => {
  const stage = await setStage({
    haraka: { ownPlugins, nodes: 1 },
    icloud: ['[main]', 'ledger=redis://127.0.0.1:1'],
  })
  try {
    expect(await stage.haraka.logged(said)).toContain(
      '[ERROR] [-] [icloud] config/icloud.ini [main] ledger: ',
    )
    expect(stage.haraka.log.filter((line) => line.includes('cannot be used for now'))).toHaveLength(1)
    await stage.haraka.send({ from: 'a@example.com', to: ['anna@icloud.com'] })
    await stage.delivered('anna@icloud.com')
  } finally {
    await stage.close()
  }
})
