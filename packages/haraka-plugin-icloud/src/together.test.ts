import { generateKeyPairSync } from 'node:crypto'
import { RedisServer, hasRedisServer } from '@icloud-delivery/redis-for-tests'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { spy } from './plugins.test.fixture.ts'
import { setStage, type Stage } from './stage.test.fixture.ts'

/** Beside karma, limit, dkim, relay and TLS in one Haraka, with a real Redis for them and for our ledger. */
describe.skipIf(!hasRedisServer())('beside the plugins that others use', () => {
  let redis: RedisServer
  let stage: Stage

  beforeAll(async () => {
    redis = await RedisServer.start()
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    stage = await setStage({
      haraka: {
        plugins: ['karma', 'limit', 'dkim'],
        ownPlugins: { spy },
        config: {
          'redis.ini': `[server]\nhost=127.0.0.1\nport=${redis.port}\n`,
          'karma.ini': `[redis]\nhost=127.0.0.1\nport=${redis.port}\n`,
          'limit.ini':
            `[redis]\nhost=127.0.0.1\nport=${redis.port}\ndatabase=4\n` +
            '[outbound]\nenabled=true\ndelay=1\nicloud.com=2\n[recipients]\nenabled=true\nmax=50\nmax_relaying=50\n',
          'dkim.ini':
            '[sign]\nenabled=true\nselector=mail\ndomain=example.com\nheaders=From, Subject, X-Stream\n',
          'dkim.private.key': privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
          'tls.ini': '[outbound]\nrejectUnauthorized=false\n',
        },
      },
      icloud: [
        '[main]',
        `ledger=${redis.url}`,
        'buffer=buffer',
        '[suppression]',
        'reject_at_rcpt=true',
        '[policy]',
        'time_scale=0.0001',
      ],
    })
  })

  afterAll(async () => {
    await stage?.close()
    await redis?.stop()
  })

  it('signs what Apple gets, without the header that was taken out, over TLS', async () => {
    await stage.haraka.send({
      from: 'a@example.com',
      to: ['signed@icloud.com'],
      headers: { 'X-Stream': 'marketing' },
    })
    await stage.delivered('signed@icloud.com')
    const raw = stage.apple.messages[0]?.raw.toString() ?? ''
    const [signature = ''] = /^DKIM-Signature:[^]*?\r\n(?!\s)/im.exec(raw) ?? []
    expect(signature.replace(/\s+/g, '')).toMatch(/h=from:subject;/i)
    expect(raw).not.toMatch(/^X-Stream:/im)
    expect(await stage.haraka.logged(/delivered .*domain=icloud\.com/)).toContain('tls=Y')
  })

  it('mixed results, delays and limits at once: everybody gets an answer, and nobody is asked to deny', async () => {
    const all = Array.from({ length: 6 }, (_, index) => `p${index}@icloud.com`)
    for (const [index, recipient] of all.entries()) {
      if (index % 3 === 1) stage.apple.script(recipient, [{ rule: 'service-unavailable' }, { accept: true }])
      if (index % 3 === 2) stage.apple.script(recipient, [{ rule: 'policy-cs01', phase: 'eod' }])
    }
    await Promise.all(
      all.map((recipient, index) => stage.haraka.send({ from: `s${index}@example.com`, to: [recipient] })),
    )
    for (const [index, recipient] of all.entries()) {
      if (index % 3 === 2) expect(await stage.dsns(`s${index}@example.com`)).toHaveLength(1)
      else await stage.delivered(recipient)
    }
    await stage.emptyQueue()
    expect(stage.haraka.log.filter((line) => line.includes('SPY deny'))).toEqual([])
    expect(stage.haraka.log.filter((line) => /\[(?:CRIT|EMERG)\]/.test(line))).toEqual([])
  })

  it('part of the recipients suppressed, part refused, part accepted', async () => {
    stage.apple.script('gone@icloud.com', [{ rule: 'invalid-recipient' }])
    await stage.haraka.send({ from: 'b@example.com', to: ['gone@icloud.com', 'fine@icloud.com'] })
    await stage.delivered('fine@icloud.com')
    const [dsn] = await stage.dsns('b@example.com')
    expect(dsn).toContain('Final-Recipient: rfc822;gone@icloud.com')
    await expect(stage.haraka.send({ from: 'b@example.com', to: ['gone@icloud.com'] })).rejects.toMatchObject(
      {
        responseCode: 550,
      },
    )
    await stage.haraka.send({ from: 'b@example.com', to: ['gone@icloud.com', 'fine2@icloud.com'] })
    await stage.delivered('fine2@icloud.com')
  })
})
