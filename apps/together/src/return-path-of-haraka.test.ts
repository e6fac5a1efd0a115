import { createEngine, openLedger, type Engine } from '@icloud-delivery/engine'
import { createBounces, createFeedback } from '@icloud-delivery/feedback'
import { startSimulator, type Simulator } from '@icloud-delivery/mx-simulator'
import nodemailer from 'nodemailer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHaraka, type Haraka } from './haraka.test.fixture.ts'

const key = { id: 'k1', secret: 'a-secret-of-the-tests-that-nobody-else-has' }
const returnPath = { domain: 'bounces.example.com', keys: [key] }

/** Sends mail for icloud.com to one port, and all other to another one. */
function route(apple: number, others: number): Record<string, string> {
  return {
    'config/outbound.ini': 'local_mx_ok=true\nenable_tls=false\n',
    'plugins/to_loopback.js': `exports.hook_get_mx = (next, hmail, domain) =>
      next(OK, { priority: 0, exchange: '127.0.0.1', port: domain === 'icloud.com' ? ${apple} : ${others} })\n`,
  }
}

describe('Haraka signs, and a relay behind it bounces', () => {
  let apple: Simulator
  let ourMx: Simulator
  let relay: Haraka
  let haraka: Haraka
  let engine: Engine

  beforeAll(async () => {
    apple = await startSimulator()
    ourMx = await startSimulator()
    relay = await startHaraka(
      [],
      {},
      { 'config/plugins': 'relay\nto_loopback\n', ...route(apple.port, ourMx.port) },
    )
    haraka = await startHaraka(
      ['[return_path]', `domain=${returnPath.domain}`, '[testing_mx_records]'],
      {},
      {
        'config/plugins': 'relay\nto_loopback\nicloud\n',
        'config/icloud_return_path_keys': `${key.id} ${key.secret}\n`,
        ...route(relay.port, ourMx.port),
      },
    )
    engine = createEngine({ ledger: await openLedger(haraka.ledger) })
  })

  afterAll(async () => {
    await engine?.close()
    await engine?.ledger.close()
    await haraka?.stop()
    await relay?.stop()
    await Promise.all([apple?.close(), ourMx?.close()])
  })

  const send = async (to: readonly string[]): Promise<void> => {
    const transporter = nodemailer.createTransport({ host: '127.0.0.1', port: haraka.port, ignoreTLS: true })
    await transporter.sendMail({ from: 'news@example.com', to: [...to], text: 'Hello' })
    transporter.close()
  }

  it('each bounce is known to be genuine, for its recipient alone, and Haraka sends no more to who is gone', async () => {
    const gone = 'invalid-recipient@icloud.com'
    const full = 'inactive-account@icloud.com'
    await send([gone, full])
    const messages = await ourMx.waitFor((mx) => (mx.messages.length === 2 ? mx.messages : null), {
      timeoutMs: 50_000,
    })
    const bounces = createBounces({ feedback: createFeedback({ engine }), returnPath })
    const results = []
    for (const { raw, recipients } of messages ?? []) {
      const [deliveredTo = ''] = recipients
      results.push(...(await bounces.message(raw, { deliveredTo })))
    }
    expect(
      results.map(({ recipient, status, trust, action }) => [recipient, status, trust, action?.type]),
    ).toEqual(
      expect.arrayContaining([
        [gone, 'recorded', 'recipient', 'suppress'],
        [full, 'recorded', 'recipient', 'soft-bounce'],
      ]),
    )

    await send([gone])
    // Haraka tells the sender, who is not a signed one.
    const notice = await ourMx.waitFor(
      (mx) => mx.messages.find(({ recipients }) => recipients[0] === 'news@example.com'),
      { timeoutMs: 50_000 },
    )
    expect(notice?.raw.toString()).toContain('suppressed locally (invalid-recipient, ')
    expect(
      apple.attempts.filter(({ phase, recipient }) => phase === 'rcpt' && recipient === gone),
    ).toHaveLength(1)
  })
})
