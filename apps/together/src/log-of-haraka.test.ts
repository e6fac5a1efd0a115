import { Readable } from 'node:stream'
import { readLog, type LogReply } from '@icloud-delivery/feedback'
import { startSimulator, type Simulator } from '@icloud-delivery/mx-simulator'
import nodemailer from 'nodemailer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHaraka, type Haraka } from './haraka.test.fixture.ts'

/** Where Haraka sends: to Apple's stand-in, and bounces to ours. */
function route(apple: number, own: number): string {
  return `exports.hook_get_mx = (next, hmail, domain) =>
    next(OK, { priority: 0, exchange: '127.0.0.1', port: domain === 'icloud.com' ? ${apple} : ${own} })\n`
}

describe.each(['DEFAULT', 'LOGFMT', 'JSON'])('the log of a real Haraka, in its format %s', (format) => {
  let apple: Simulator
  let ourMx: Simulator
  let haraka: Haraka
  const begun = Date.now()

  beforeAll(async () => {
    apple = await startSimulator()
    ourMx = await startSimulator()
    haraka = await startHaraka(
      [],
      {},
      {
        'config/plugins': 'relay\nto_loopback\n',
        'config/outbound.ini': 'local_mx_ok=true\nenable_tls=false\n',
        'config/log.ini': `[main]\nlevel=info\nformat=${format}\ntimestamps=true\n`,
        'plugins/to_loopback.js': route(apple.port, ourMx.port),
      },
    )
  })
  afterAll(async () => {
    await haraka?.stop()
    await apple?.close()
    await ourMx?.close()
  })

  it('tells what Apple said to whom', async () => {
    const relay = nodemailer.createTransport({ host: '127.0.0.1', port: haraka.port, ignoreTLS: true })
    const send = async (messageId: string, ...to: string[]): Promise<void> => {
      const known = ourMx.messages.length
      await relay.sendMail({ from: 'news@example.com', to, messageId, text: 'Hello' })
      // Once its bounce has come back, Haraka has logged what went before.
      await ourMx.waitFor(({ messages }) => messages[known], { timeoutMs: 50_000 })
    }
    await send('<1@example.com>', 'anna@icloud.com', 'invalid-recipient@icloud.com')
    await send('<2@example.com>', 'local-policy@icloud.com')
    relay.close()

    const replies: LogReply[] = []
    const text = `${haraka.log.join('\n')}\n`
    for await (const reply of readLog(Readable.from([Buffer.from(text)]))) replies.push(reply)
    const told = replies.map(({ recipient, messageId, sender, outcome }) => {
      const what = outcome.kind === 'delivered' ? 'delivered' : outcome.text.slice(0, 9)
      return `${recipient} from ${sender} ${messageId}: ${what}`
    })
    expect(told.toSorted()).toEqual([
      'anna@icloud.com from news@example.com <1@example.com>: delivered',
      'invalid-recipient@icloud.com from news@example.com <1@example.com>: 550 5.1.1',
      'local-policy@icloud.com from news@example.com <2@example.com>: 550 5.7.1',
    ])
    expect(replies.every(({ at }) => at >= begun && at <= Date.now())).toBe(true)
  })
})
