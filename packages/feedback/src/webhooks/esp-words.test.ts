import { createEngine, memoryLedger, type Engine } from '@icloud-delivery/engine'
import type { Hono } from 'hono'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createFeedback } from '../recorder/feedback.ts'
import { createWebhooks } from './create-webhooks.ts'
import {
  mailgunBody,
  secret,
  sendgridHeaders,
  sendgridKey,
  SnsDouble,
  topic,
  now,
} from './esps.test.fixture.ts'

const block =
  '550 5.7.1 Mail from IP 192.0.2.9 was rejected due to listing in Spamhaus PBL. For details please see http://www.spamhaus.org/query/bl?ip=192.0.2.9'
const gone = '550 5.1.1 <anna@icloud.com>: user does not exist'

let sns: SnsDouble
let time: number
let engine: Engine
let app: Hono
let results: string[]
let count = 0

beforeAll(async () => {
  sns = await SnsDouble.start()
})
beforeEach(() => {
  time = now
  results = []
  engine = createEngine({ ledger: memoryLedger(), clock: () => time, logger: { warn() {}, error() {} } })
  app = createWebhooks({
    feedback: createFeedback({ engine }),
    ses: { topicArns: [topic] },
    sendgrid: { publicKey: sendgridKey },
    mailgun: { signingKey: secret },
    postmark: { secret },
    sparkpost: { secret },
    clock: () => now,
    fetch: async () => new Response(sns.certificate),
    onResult: ({ recipient }, { status, action }) =>
      results.push([status, recipient, action?.verdict?.rule].filter(Boolean).join(' ')),
    logger: { warn() {}, error() {} },
  })
})
afterEach(() => engine.close())

async function post(esp: string, body: string, headers: Record<string, string> = {}): Promise<void> {
  const response = await app.request(`/${esp}`, { method: 'POST', body, headers })
  expect(response.status).toBe(200)
}

const bearer = { authorization: `Bearer ${secret}` }
interface Refusal {
  text: string
  recipient?: string
  /** Told to the ESP in a bounce message. */
  late?: boolean
}
/** A refusal, as the ESP tells it. */
const refusedBy: Record<string, (refusal: Refusal) => Promise<void>> = {
  ses: async ({ text, recipient = 'anna@icloud.com', late }) =>
    await post('ses', sns.message({ Message: sesBounce([recipient], text, late) })),
  sendgrid: async ({ text, recipient = 'anna@icloud.com', late }) => {
    const id = late ? {} : { sg_message_id: 'abc.filter.1' }
    const body = JSON.stringify([
      { event: 'bounce', email: recipient, sg_event_id: `e${count++}`, reason: text, ...id },
    ])
    await post('sendgrid', body, sendgridHeaders(body))
  },
  mailgun: async ({ text, recipient = 'anna@icloud.com', late }) => {
    const status = { code: Number(/^\d{3}/.exec(text)?.[0] ?? 550), message: text }
    const more = late
      ? { flags: { 'is-delayed-bounce': true }, 'delivery-status': { ...status, 'mx-host': '' } }
      : { 'delivery-status': { ...status, 'mx-host': 'mx01.mail.icloud.com' } }
    const event = { id: `m${count}`, event: 'failed', severity: 'permanent', recipient, ...more }
    await post('mailgun', mailgunBody(event, `t${count++}`))
  },
  sparkpost: async ({ text, recipient = 'anna@icloud.com', late }) => {
    const type = late ? 'out_of_band' : 'bounce'
    const event = { type, event_id: `s${count++}`, rcpt_to: recipient, raw_reason: text, bounce_class: '10' }
    await post('sparkpost', JSON.stringify([{ msys: { message_event: event } }]), bearer)
  },
}

function sesBounce(recipients: string[], text: string, late = false): string {
  return JSON.stringify({
    notificationType: 'Bounce',
    mail: { messageId: 'ses', destination: recipients },
    bounce: {
      feedbackId: `f${count++}`,
      reportingMTA: 'dns; a1.smtp-out.eu-west-1.amazonses.com',
      ...(!late && { remoteMtaIp: '192.0.2.25' }),
      bouncedRecipients: [{ emailAddress: recipients[0], diagnosticCode: `smtp; ${text}` }],
    },
  })
}

describe('the words of an ESP', () => {
  const own = [
    'Unable to resolve MX host icloud.com',
    '451 4.4.1 [internal] No valid hosts (too many connection failures)',
    '450 4.4.4 DNS lookup failed',
    '550 5.1.1 [internal] [oob] user does not exist',
    '550 4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.4.0 Unable to lookup DNS for icloud.com>',
    '5.1.1',
  ]
  it.each(['sendgrid', 'sparkpost', 'ses'])('of %s are not Apple’s', async (esp) => {
    for (const text of own) await refusedBy[esp]!({ text })
    expect(await engine.ledger.events()).toEqual([])
    expect((await engine.address('anna@icloud.com')).suppressions).toEqual([])
  })

  it('of Postmark are not Apple’s', async () => {
    const bounce = { RecordType: 'Bounce', Email: 'anna@icloud.com' }
    for (const [ID, Details] of own.entries())
      await post(
        'postmark',
        JSON.stringify({ ...bounce, ID, Type: 'HardBounce', Details: `smtp;${Details}` }),
        bearer,
      )
    await post('postmark', JSON.stringify({ ...bounce, ID: 99, Type: 'DnsError', Details: gone }), bearer)
    expect(results).toEqual([])
  })

  it('close no lane, however many there are', async () => {
    const feedback = createFeedback({ engine })
    const more = { trust: 'all', lane: 'sparkpost' } as const
    for (let n = 0; n < 300; n++) {
      time += 1000
      await feedback.record({
        ...more,
        id: `d${n}`,
        recipient: `u${n}@icloud.com`,
        messageId: `<${n}>`,
        outcome: { kind: 'delivered' },
      })
    }
    // Some that the readers do not know.
    for (let n = 0; n < 60; n++) {
      const text = '450 We could not find the way to this domain'
      expect(
        await feedback.record({
          ...more,
          id: `x${n}`,
          recipient: `u${n}@icloud.com`,
          messageId: `<x${n}>`,
          outcome: { kind: 'reply', text },
        }),
      ).toMatchObject({ status: 'not-apple' })
    }
    expect(await engine.holds()).toEqual([])
  })

  it('that SES has suppressed an address are its own list', async () => {
    await refusedBy.ses!({ text: '' })
    const words =
      'Amazon SES has suppressed sending to this address because it has a recent history of bouncing as an invalid address.'
    const event = JSON.parse(sesBounce(['anna@icloud.com'], '')) as {
      bounce: { bouncedRecipients: { diagnosticCode: string }[] }
    }
    event.bounce.bouncedRecipients[0]!.diagnosticCode = words
    await post('ses', sns.message({ Message: JSON.stringify(event) }))
    expect(await engine.ledger.events()).toMatchObject([{ data: { by: 'ses' } }])
  })
})

describe('a bounce message that an ESP was sent', () => {
  it.each(Object.keys(refusedBy))('closes no lane: %s', async (esp) => {
    await refusedBy[esp]!({ text: block, late: true })
    expect(await engine.holds()).toEqual([])
    await refusedBy[esp]!({ text: block })
    expect(await engine.holds()).toMatchObject([{ scope: 'sending-ip', id: esp }])
  })

  it.each(['sendgrid', 'mailgun', 'sparkpost'])('suppresses nobody, but is listed: %s', async (esp) => {
    await refusedBy[esp]!({ text: gone, late: true })
    await refusedBy[esp]!({ text: gone, late: true, recipient: 'emil@example.net' })
    expect(results).toEqual(['listed anna@icloud.com', 'not-apple emil@example.net'])
    expect(await engine.ledger.events()).toEqual([])
  })

  it('counts for the only recipient of a message of SES, and is listed for one of several', async () => {
    await post('ses', sns.message({ Message: sesBounce(['anna@icloud.com', 'b@icloud.com'], gone, true) }))
    expect(results).toEqual(['listed anna@icloud.com'])
    await refusedBy.ses!({ text: gone, late: true })
    expect(results.at(-1)).toBe('recorded anna@icloud.com invalid-recipient')
  })
})

describe('complaints that SES passes on', () => {
  async function complained(addresses: string[], complaintFeedbackType?: string): Promise<void> {
    const complaint = {
      feedbackId: `c${count++}`,
      complaintFeedbackType,
      complainedRecipients: addresses.map((emailAddress) => ({ emailAddress })),
    }
    const event = { notificationType: 'Complaint', mail: { messageId: 'ses' }, complaint }
    await post('ses', sns.message({ Message: JSON.stringify(event) }))
  }

  it.each(['not-spam', 'auth-failure'])('are none if they say %s', async (type) => {
    await complained(['anna@icloud.com'], type)
    expect(results).toEqual([])
    expect(await engine.ledger.events()).toEqual([])
  })

  it('suppress nobody if it may have been another', async () => {
    await complained(['anna@icloud.com', 'b@icloud.com'], 'abuse')
    expect(results.toSorted()).toEqual(['listed anna@icloud.com', 'listed b@icloud.com'])
    expect(await engine.ledger.events()).toEqual([])
    await complained(['anna@icloud.com'], 'abuse')
    expect((await engine.address('anna@icloud.com')).suppressions).toMatchObject([{ origin: 'complaint' }])
  })
})

it('reads an address with a name', async () => {
  await refusedBy.ses!({ text: gone, recipient: 'Anna <anna@icloud.com>' })
  expect(results).toEqual(['recorded anna@icloud.com invalid-recipient'])
  await refusedBy.sendgrid!({ text: gone, recipient: 'Anna <anna@icloud.com>' })
  expect(results.at(-1)).toBe('invalid Anna <anna@icloud.com>')
})

it('unsubscribes from the stream that annotate names', async () => {
  const annotated = createWebhooks({
    feedback: createFeedback({ engine }),
    sparkpost: { secret },
    annotate: () => ({ stream: 'newsletter' }),
  })
  const event = { type: 'list_unsubscribe', event_id: 'u1', rcpt_to: 'anna@icloud.com' }
  const body = JSON.stringify([{ msys: { unsubscribe_event: event } }])
  await annotated.request('/sparkpost', { method: 'POST', body, headers: bearer })
  expect((await engine.address('anna@icloud.com')).suppressions).toMatchObject([
    { origin: 'unsubscribe', streams: ['newsletter'] },
  ])
})

it('takes a batch of thousands', async () => {
  const batch = Array.from({ length: 2000 }, (_, n) => ({
    msys: {
      m: {
        type: 'bounce',
        event_id: `b${n}`,
        rcpt_to: `u${n}@icloud.com`,
        raw_reason: '550 5.1.1 user does not exist',
        bounce_class: '10',
      },
    },
  }))
  await post('sparkpost', JSON.stringify(batch), bearer)
  expect(results).toHaveLength(2000)
})
