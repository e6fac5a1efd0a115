import { createEngine, memoryLedger, type Engine } from '@icloud-delivery/engine'
import { createBounces, createFeedback, type BounceResult } from '@icloud-delivery/feedback'
import { startSimulator, type Simulator } from '@icloud-delivery/mx-simulator'
import nodemailer from 'nodemailer'
import { withIcloud } from 'nodemailer-icloud'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHaraka, type Haraka } from './haraka.test.fixture.ts'

const returnPath = {
  domain: 'example.com',
  keys: [{ id: 'k1', secret: 'a secret of the tests that nobody else has' }],
}

/** Where Haraka sends: to Apple's stand-in, and bounces to ours. */
function route(apple: number, own: number): string {
  return `exports.hook_get_mx = (next, hmail, domain) =>
    next(OK, { priority: 0, exchange: '127.0.0.1', port: domain === 'icloud.com' ? ${apple} : ${own} })\n`
}

describe('Nodemailer in front of a relay that knows nothing of us: what a real Haraka bounces', () => {
  let apple: Simulator
  let ourMx: Simulator
  let haraka: Haraka
  let engine: Engine

  beforeAll(async () => {
    apple = await startSimulator()
    ourMx = await startSimulator()
    haraka = await startHaraka(
      [],
      {},
      {
        'config/plugins': 'relay\nto_loopback\n',
        'config/outbound.ini': 'local_mx_ok=true\nenable_tls=false\n',
        'plugins/to_loopback.js': route(apple.port, ourMx.port),
      },
    )
    engine = createEngine({ ledger: memoryLedger(), logger: { warn() {}, error() {} } })
  })
  afterAll(async () => {
    await engine?.close()
    await haraka?.stop()
    await apple?.close()
    await ourMx?.close()
  })

  async function bounced(recipient: string, options: object = { returnPath }): Promise<BounceResult[]> {
    const messageId = `<${recipient.replace('@', '.')}-${ourMx.messages.length}@example.com>`
    const relay = nodemailer.createTransport({ host: '127.0.0.1', port: haraka.port, ignoreTLS: true })
    const transporter = withIcloud(relay, { engine, returnPath, resolveMx: false })
    const known = ourMx.messages.length
    await transporter.sendMail({ from: 'news@example.com', to: recipient, messageId, text: 'Hello' })
    transporter.close()
    const message = await ourMx.waitFor(({ messages }) => messages[known], { timeoutMs: 50_000 })
    expect(message.envelope.from).toBe('')
    const bounces = createBounces({ feedback: createFeedback({ engine }), ...options })
    const [deliveredTo = ''] = message.recipients
    const results = await bounces.message(message.raw, { deliveredTo })
    expect(results).toMatchObject([{ recipient, messageId }])
    return results
  }

  it('suppresses a recipient that does not exist', async () => {
    const to = 'invalid-recipient@icloud.com'
    expect(await bounced(to)).toMatchObject([
      { status: 'recorded', recipient: to, trust: 'recipient', action: { type: 'suppress' } },
    ])
    const [admission] = await engine.admit({ recipients: [to], sender: 'news@example.com' })
    expect(admission).toMatchObject({ decision: 'suppressed' })
  })

  it('holds a blocked message against nobody', async () => {
    const to = 'local-policy@icloud.com'
    expect(await bounced(to)).toMatchObject([
      { status: 'recorded', verdict: { rule: 'local-policy' }, action: { type: 'fail' } },
    ])
    expect((await engine.address(to)).suppressions).toEqual([])
    expect(await engine.holds()).toEqual([])
  })

  it('is listed only where nothing is signed', async () => {
    expect(await bounced('inactive-account@icloud.com', {})).toMatchObject([
      { status: 'unsigned', verdict: { rule: 'inactive-account' }, action: null },
    ])
    expect((await engine.address('inactive-account@icloud.com')).softBounces).toEqual([])
  })
})
