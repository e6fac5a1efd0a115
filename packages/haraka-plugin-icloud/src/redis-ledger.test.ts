import { readdirSync } from 'node:fs'
import path from 'node:path'
import { createEngine } from '@icloud-delivery/engine'
import { RedisServer, hasRedisServer } from '@icloud-delivery/redis-for-tests'
import { expect, it, vi } from 'vitest'
import { probeDue, setStage } from './stage.test.fixture.ts'

it.skipIf(!hasRedisServer())(
  'a ledger in Redis that goes away: mail goes on, and what Apple said waits on this machine and is remembered later',
  async () => {
    const redis = await RedisServer.start()
    const stage = await setStage({ icloud: ['[main]', `ledger=${redis.url}`, 'buffer=buffer'] })
    try {
      await stage.haraka.send({ from: 'a@example.com', to: ['first@icloud.com'] })
      await stage.delivered('first@icloud.com')

      await redis.kill()
      stage.apple.script('gone@icloud.com', [{ rule: 'invalid-recipient' }])
      await stage.haraka.send({ from: 'a@example.com', to: ['gone@icloud.com'] })
      const [dsn] = await stage.dsns('a@example.com')
      expect(dsn).toContain('Status: 5.1.1')
      expect(readdirSync(path.join(stage.haraka.dir, 'buffer'))).not.toEqual([])

      await redis.restart()
      const engine = createEngine({ ledger: redis.url })
      try {
        await vi.waitFor(
          async () => {
            // Whoever asks makes the plugin look whether the ledger is back.
            await stage.haraka.send({ from: 'a@example.com', to: ['other@icloud.com'] })
            expect((await engine.address('gone@icloud.com')).suppressions).toHaveLength(1)
          },
          { timeout: 50_000, interval: 200 },
        )
      } finally {
        await engine.close()
      }
    } finally {
      await stage.close()
      await redis.stop()
    }
  },
  180_000,
)

it.skipIf(!hasRedisServer())(
  'a hold of one machine parks the mail of another one, and a probe that one of them sends opens it for both',
  async () => {
    const redis = await RedisServer.start()
    const hold = {
      scope: 'sending-ip',
      count: 1,
      windowSeconds: 60,
      forSeconds: 3600,
      probeEverySeconds: 3600,
    }
    const options = {
      haraka: {
        config: {
          'icloud_policy.json': JSON.stringify({
            maxAgeSeconds: { '*': 3600 },
            rules: {
              'proofpoint-block': { hold },
              'spamhaus-block': { hold },
            },
          }),
        },
      },
      // Waiting mail looks for released holds once a second.
      icloud: ['[policy]', 'time_scale=0.0166', '[main]', `ledger=${redis.url}`],
    }
    const stages = await Promise.all([
      setStage({ ...options, apple: { connection: [{ rule: 'proofpoint-block' }, { accept: true }] } }),
      setStage(options),
    ])
    const [here, there] = stages
    try {
      await here.haraka.send({ from: 'a@example.com', to: ['probe@icloud.com'] })
      await here.haraka.logged(/<probe@icloud\.com> rule=proofpoint-block .*action=hold /)
      await there.haraka.send({ from: 'a@example.com', to: ['waits@icloud.com'] })
      await there.haraka.logged(/<waits@icloud\.com> rule=proofpoint-block fault=sender-ip action=held /)
      expect(there.tries('waits@icloud.com')).toBe(0)
      await probeDue(redis.url, { scope: 'sending-ip', id: 'default' })
      await Promise.all([here.delivered('probe@icloud.com'), there.delivered('waits@icloud.com')])

      // An operator's release is heard by all as well.
      here.apple.script('again@icloud.com', [{ rule: 'spamhaus-block' }, { accept: true }])
      await here.haraka.send({ from: 'a@example.com', to: ['again@icloud.com'] })
      await here.haraka.logged(/<again@icloud\.com> rule=spamhaus-block .*action=hold /)
      await there.haraka.send({ from: 'a@example.com', to: ['too@icloud.com'] })
      await there.haraka.logged(/<too@icloud\.com> rule=spamhaus-block fault=sender-ip action=held /)
      const engine = createEngine({ ledger: redis.url })
      try {
        expect(await engine.release({ hold: { scope: 'sending-ip', id: 'default' } })).toBe(1)
      } finally {
        await engine.close()
      }
      await Promise.all([here.delivered('again@icloud.com'), there.delivered('too@icloud.com')])
      expect(there.tries('too@icloud.com')).toBe(1)
    } finally {
      await Promise.all(stages.map((stage) => stage.close()))
      await redis.stop()
    }
  },
  180_000,
)
