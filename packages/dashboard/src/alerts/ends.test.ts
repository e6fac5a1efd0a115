import { createEngine, memoryLedger, type Engine } from '@icloud-delivery/engine'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { mx, quiet, replies } from '../world.test.fixture.ts'
import { createAlerts, type Alerts } from './alerts.ts'

const day = 86_400_000
const relay = 'anna@privaterelay.appleid.com'
const unregistered =
  '550 5.1.1 <bounce+b53c9e.27949-user=privaterelay.appleid.com@mail.example.com>: unauthorized sender'

let now: number
let engine: Engine
let alerts: Alerts
/** What was told: the type of the notice, the kind and the subject. */
let told: string[]

beforeEach(async () => {
  now = Date.UTC(2026, 0, 5, 10, 30)
  told = []
  engine = createEngine({ ledger: memoryLedger(), logger: quiet, clock: () => now })
  alerts = createAlerts({
    engine,
    to: [
      ({ type, alerts: items }) =>
        void told.push(...items.map(({ kind, subject }) => `${type} ${kind} ${subject}`)),
    ],
    groupSeconds: 0,
    pollMs: 20,
    logger: quiet,
    clock: () => now,
  })
  await vi.waitUntil(async () => (await engine.ledger.read(['alerts/default']))[0], { timeout: 50_000 })
})
afterEach(async () => {
  await alerts.close()
  await engine.close()
})

let message = 0
async function record(recipient: string, input?: string): Promise<void> {
  const messageId = `m${++message}`
  const [admission] = await engine.admit({
    recipients: [recipient],
    sender: 'shop@example.com',
    messageId,
    stream: 'transactional',
  })
  expect(admission?.decision).toBe('send')
  const host = recipient === relay ? 'smtp3.privaterelay.appleid.com' : mx
  await engine.record({
    recipient,
    sender: 'shop@example.com',
    messageId,
    outcome: input === undefined ? { kind: 'delivered' } : { kind: 'reply', input, mx: host },
  })
}

async function expectTold(expected: readonly string[]): Promise<void> {
  await expect.poll(() => told).toEqual(expected)
}

describe('an alert is over', () => {
  it('of an important address when no reply suppresses it any more', async () => {
    await engine.markImportant('anna@icloud.com', true)
    await record('anna@icloud.com', replies.invalid)
    const begun = 'alert important-suppressed anna@icloud.com'
    await expectTold([begun])
    // Long after what is only forgotten.
    now += 3 * day
    await engine.release({ address: 'anna@icloud.com' })
    await expectTold([begun, 'resolved important-suppressed anna@icloud.com'])
  })

  it('of a sender that is not registered when the relay takes the probe of its hold', async () => {
    const subject = 'private-relay/example.com'
    await record(relay, unregistered)
    await expectTold([`alert not-registered ${subject}`])
    for (const name of ['bert', 'carl']) await record(`${name}@privaterelay.appleid.com`, unregistered)
    expect(await engine.holds()).toMatchObject([{ scope: 'private-relay', id: 'example.com' }])
    now += 3_700_000
    await record('dora@privaterelay.appleid.com')
    expect(await engine.holds()).toEqual([])
    await expectTold([`alert not-registered ${subject}`, `resolved not-registered ${subject}`])
  })

  it('of a domain that Apple denied when Apple takes mail for it again', async () => {
    for (let n = 0; n < 4; n++) {
      now += 10 * day
      await record(`r${n}@example.org`, `554 5.7.1 <r${n}@example.org>: Relay access denied`)
    }
    now += 1000
    await expectTold(['alert domain-denied example.org'])
    await record('r1@other.example.org')
    await record('r0@example.org')
    await expectTold(['alert domain-denied example.org', 'resolved domain-denied example.org'])
  })

  it('of test mail when it is in the inbox again in all streams', async () => {
    const seed = 'seed@icloud.com'
    const found = async (stream: string, placement: 'inbox' | 'junk'): Promise<void> => {
      now += 600_000
      await engine.recordPlacement(seed, { at: now, stream, placement, seconds: 4 })
    }
    await engine.takeSeedTurn(seed)
    for (const stream of ['marketing', 'receipts']) await found(stream, 'inbox')
    for (const stream of ['marketing', 'receipts']) await found(stream, 'junk')
    const begun = `alert placement-changed ${seed}`
    await expectTold([begun])
    await found('marketing', 'inbox')
    await found('receipts', 'inbox')
    await expectTold([begun, `resolved placement-changed ${seed}`])
    await found('receipts', 'junk')
    await expectTold([begun, `resolved placement-changed ${seed}`, begun])
  })
})
