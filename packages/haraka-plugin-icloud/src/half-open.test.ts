import { createEngine } from '@icloud-delivery/engine'
import { RedisServer, hasRedisServer } from '@icloud-delivery/redis-for-tests'
import { expect, it } from 'vitest'
import { setStage } from './stage.test.fixture.ts'

const WAITING = 24
/** So many accepted ones are enough to know: one refused among them would be the share that closes the stream. */
const ENOUGH = 10
/** How many go at once at first, however few were accepted. */
const AT_FIRST = 4

it.skipIf(!hasRedisServer())(
  'nodes=4 with Redis: a half-open hold lets a few through at a time over all workers, and is released when Apple took enough',
  { timeout: 180_000 },
  async () => {
    const redis = await RedisServer.start()
    const hold = {
      scope: 'stream',
      count: 1,
      share: 1 / ENOUGH,
      windowSeconds: 60,
      forSeconds: 3,
      // What is under way counts as lost after a sixth of this.
      probeEverySeconds: 60,
    }
    // No lane and no slow start keeps them from going all at once.
    const lane = { ceiling: 40, start: 40, floor: 40, reserve: 0, lowestShare: 0 }
    const stage = await setStage({
      apple: { latencyMs: 20 },
      haraka: {
        nodes: 4,
        config: {
          'icloud_policy.json': JSON.stringify({
            maxAgeSeconds: { '*': 3600, marketing: 3600 },
            lanes: { '*': lane },
            rules: { 'policy-hm07': { hold } },
          }),
        },
      },
      // Waiting mail looks for released holds once a second.
      icloud: ['[policy]', 'time_scale=0.0166', '[main]', `ledger=${redis.url}`],
    })
    const { apple, haraka } = stage
    const engine = createEngine({ ledger: redis.url })
    const send = (name: string): Promise<string> =>
      haraka.send({
        from: 'a@example.com',
        to: [`${name}@icloud.com`],
        headers: { 'X-Stream': 'marketing' },
      })
    try {
      await Promise.all([1, 2, 3, 4].map((worker) => haraka.logged(`worker ${worker} listening`)))
      apple.script('refused@icloud.com', [{ rule: 'policy-hm07' }])
      await send('refused')
      await haraka.logged(/<refused@icloud\.com> rule=policy-hm07 /)
      const names = Array.from({ length: WAITING }, (_, index) => `waits${index}`)
      await Promise.all(names.map(send))
      await apple.waitFor(({ messages }) => messages.length === WAITING)
      await stage.emptyQueue()
      // The process that has released it may be slower than those that saw it in the ledger.
      await haraka.logged('released stream/default/marketing')

      let away = 0
      let accepted = 0
      for (const { phase, recipient, code } of apple.attempts) {
        if (!recipient?.startsWith('waits')) continue
        if (phase === 'rcpt') away++
        if (phase === 'eod') {
          expect(code).toBe(250)
          away--
          accepted++
        }
        if (accepted < ENOUGH)
          expect(away).toBeLessThanOrEqual(accepted === 0 ? 1 : Math.max(AT_FIRST, accepted))
      }
      expect(accepted).toBe(WAITING)
      for (const name of names) expect(stage.tries(`${name}@icloud.com`)).toBe(1)
      // The name of a queue file tells the process.
      const pids = haraka.log.flatMap((line) => / delivered file=\d+_\d+_\d+_(\d+)_/.exec(line)?.[1] ?? [])
      expect(new Set(pids).size).toBeGreaterThan(1)
      expect(await engine.holds()).toEqual([])
      expect(haraka.log.filter((line) => line.includes('released stream/default/marketing'))).toHaveLength(1)
    } finally {
      await engine.close()
      await stage.close()
      await redis.stop()
    }
  },
)
