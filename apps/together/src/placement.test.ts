import { DovecotServer, hasDovecot } from '@icloud-delivery/dovecot-for-tests'
import { createEngine, memoryLedger } from '@icloud-delivery/engine'
import { startSimulator } from '@icloud-delivery/mx-simulator'
import { testPlacement } from '@icloud-delivery/preflight'
import nodemailer from 'nodemailer'
import { withIcloud } from 'nodemailer-icloud'
import { describe, expect, it } from 'vitest'

const seed = 'seed@icloud.com'
const blocked = '550 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.10'

describe.skipIf(!hasDovecot())('test mail to a seed, over Nodemailer to Apple', () => {
  it('is found in its mailbox, and what Apple says to it holds no other mail', async () => {
    const apple = await startSimulator({
      script: { seed: [{ accept: true }, { reply: blocked }], anna: [{ accept: true }] },
    })
    const mailbox = await DovecotServer.start({ users: { [seed]: 'secret' } })
    let arrived: Promise<void> | null = null
    apple.on('message', ({ recipients, raw }) => {
      if (recipients.includes(seed)) arrived = mailbox.deliver(seed, raw, 'Junk')
    })
    let ahead = 0
    const clock = (): number => Date.now() + ahead
    const engine = createEngine({ ledger: memoryLedger(), clock })
    const host = {
      host: '127.0.0.1',
      port: apple.port,
      tls: { ca: apple.certificate ?? '', servername: 'mx01.mail.icloud.com' },
    }
    const transporter = withIcloud(nodemailer.createTransport(host), {
      engine,
      clock,
      hop: 'direct',
      resolveMx: false,
      retry: { budgetMs: 0 },
      testing: { appleMx: [`127.0.0.1:${apple.port}`] },
    })
    const test = (): ReturnType<typeof testPlacement> =>
      testPlacement({
        seeds: [
          {
            address: seed,
            password: 'secret',
            user: seed,
            host: mailbox.host,
            port: mailbox.tlsPort,
            ca: mailbox.certificate,
          },
        ],
        mail: { from: 'shop@example.com', subject: 'Hello', text: 'Hello' },
        send: transporter,
        engine,
        clock,
        sleep: async () => {
          await apple.waitFor(() => arrived, { timeoutMs: 50_000 })
          await arrived
        },
      })
    try {
      expect(await test()).toMatchObject({ placements: [{ placement: 'junk', folder: 'Junk' }] })
      ahead += 600_000
      expect(await test()).toMatchObject({
        placements: [{ placement: 'unknown', reason: expect.stringMatching(/^it could not be sent: /) }],
      })
      expect(await engine.holds()).toEqual([])
      expect(await engine.rates({ window: 'hour' })).toMatchObject({ attempts: 0 })
      const info = await transporter.sendMail({
        from: 'shop@example.com',
        to: 'anna@icloud.com',
        text: 'Hello',
      })
      expect(info.accepted).toEqual(['anna@icloud.com'])
      const [series] = await engine.seeds()
      expect(series?.results.map(({ placement }) => placement)).toEqual(['junk', 'unknown'])
    } finally {
      transporter.close()
      await engine.close()
      await apple.close()
      await mailbox.stop()
    }
  })
})
