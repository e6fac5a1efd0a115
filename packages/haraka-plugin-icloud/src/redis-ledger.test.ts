import { readdirSync } from 'node:fs'
import path from 'node:path'
import { createEngine } from '@icloud-delivery/engine'
import { RedisServer, hasRedisServer } from '@icloud-delivery/redis-for-tests'
import { expect, it, vi } from 'vitest'
import { setStage } from './stage.test.fixture.ts'

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
      const remembered = async (): Promise<boolean> => {
        // Whoever asks makes the plugin look whether the ledger is back.
        await stage.haraka.send({ from: 'a@example.com', to: ['other@icloud.com'] })
        return (await engine.address('gone@icloud.com')).suppressions.length === 1
      }
      try {
        await vi.waitUntil(remembered, { timeout: 20_000, interval: 200 })
      } finally {
        await engine.close()
      }
    } finally {
      await stage.close()
      await redis.stop()
    }
  },
  60_000,
)
