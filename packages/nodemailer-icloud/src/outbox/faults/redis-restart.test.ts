import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSimulator } from '@icloud-delivery/mx-simulator'
import { hasRedisServer, RedisServer } from '@icloud-delivery/redis-for-tests'
import nodemailer, { type Transporter } from 'nodemailer'
import { expect, it, onTestFinished } from 'vitest'
import { forSimulator, mail, simulator as startedSimulator } from '../../stage.test.fixture.ts'
import { withIcloud } from '../../with-icloud.ts'
import { bullmqOutbox } from '../bullmq/bullmq-outbox.ts'
import { patiently } from '../outbox-stage.test.fixture.ts'
import { KilledApps } from './killed-app.test.fixture.ts'

const mails = 200

it.skipIf(!hasRedisServer())(
  'loses nothing if Redis is killed and comes back in the middle, and the application too',
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'icloud-outbox-redis-'))
    const redis = await RedisServer.start({ args: ['--appendfsync', 'always'] })
    const simulator = await startSimulator({ starttls: false })
    const app = new KilledApps(simulator, [{ redis: redis.url }], mails, join(directory, 'compiled'))
    onTestFinished(async () => {
      app.end()
      await simulator.close()
      await redis.stop()
      rmSync(directory, { recursive: true, force: true, maxRetries: 10 })
    })
    // At a third and at two thirds of what arrives, while mail is stored and sent. What arrives again may be the last.
    const moments = [Math.floor(mails / 3), Math.floor((2 * mails) / 3)]
    let restarts = 0
    let isBack = Promise.resolve()
    const arrived = (): void => {
      if (app.arrivals.size !== moments[restarts]) return
      restarts++
      const restart = restarts === 1 ? redis.kill().then(() => redis.restart()) : redis.restart()
      isBack = Promise.all([isBack, restart]).then(() => {})
    }
    simulator.on('message', arrived)
    await app.run(500)
    await app.run(Infinity)
    expect(restarts).toBe(2)
    await isBack
    expect(app.wrong).toEqual([])
    expect(app.arrivals.size).toBe(mails)
    const outbox = bullmqOutbox({ connection: patiently(redis) })
    onTestFinished(() => outbox.close())
    expect(await outbox.size()).toMatchObject({ waiting: 0, dead: 0 })
    console.log(`${app.twice} of ${mails} arrived twice`)
  },
  600_000,
)

it.skipIf(!hasRedisServer()).each([[false], [true]])(
  'a worker that is closed ends though Redis stays away, and says that a message may come twice, drain: %s',
  async (drain) => {
    const redis = await RedisServer.start()
    onTestFinished(() => redis.stop())
    const apple = await startedSimulator()
    const inner = nodemailer.createTransport({ host: '127.0.0.1', port: apple.port }) as Transporter
    const outbox = bullmqOutbox({ connection: patiently(redis), leaseSeconds: 1 })
    const { transporter } = withIcloud(inner, { ...forSimulator(apple), outbox })
    const worker = transporter.worker!
    const warnings: string[] = []
    worker.on('warning', (text) => warnings.push(text))
    // Before the end of DATA is answered, so that the outcome cannot be stored.
    const gone = new Promise<void>((resolve, reject) => {
      apple.once('message', () => void redis.kill().then(resolve, reject))
    })
    await inner.sendMail(mail('anna@icloud.com'))
    await gone
    await expect.poll(() => warnings.join(), { timeout: 50_000 }).toContain('cannot be written')
    const closed = worker.close({ drain })
    if (drain) await expect(closed).rejects.toMatchObject({ code: 'EOUTBOXIO' })
    else await closed
    expect(warnings.join()).toContain('may be sent twice')
    await worker.close()
    inner.close()
  },
  120_000,
)
