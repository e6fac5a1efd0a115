import { createEngine, memoryLedger, type Engine } from '@icloud-delivery/engine'
import type { Hono } from 'hono'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fuzz, fuzzMs } from '../fuzz/fuzz.test.fixture.ts'
import { createFeedback } from '../recorder/feedback.ts'
import { createWebhooks } from './create-webhooks.ts'
import {
  mailgunBody,
  mailgunEvents,
  now,
  postmarkEvents,
  secret,
  sendgridEvents,
  sendgridHeaders,
  sendgridKey,
  sesEvents,
  SnsDouble,
  sparkpostEvents,
  topic,
} from './esps.test.fixture.ts'

let sns: SnsDouble
let engine: Engine
let app: Hono
let failures: string[]
let tokens = 0

beforeAll(async () => {
  sns = await SnsDouble.start()
})
beforeEach(() => {
  failures = []
  engine = createEngine({ ledger: memoryLedger(), clock: () => now, logger: { warn() {}, error() {} } })
  app = createWebhooks({
    feedback: createFeedback({ engine }),
    ses: { topicArns: [topic] },
    sendgrid: { publicKey: sendgridKey },
    mailgun: { signingKey: secret },
    postmark: { secret },
    sparkpost: { secret },
    clock: () => now,
    fetch: async () => new Response(sns.certificate),
    logger: { warn() {}, error: (message) => failures.push(message) },
  })
})
afterEach(() => engine.close())

/** Genuine requests with broken events. */
const esps: [
  string,
  Record<string, object>,
  (event: string) => { body: string; headers: Record<string, string> },
][] = [
  ['ses', sesEvents, (Message) => ({ body: sns.message({ Message }), headers: {} })],
  ['sendgrid', sendgridEvents, (event) => ({ body: `[${event}]`, headers: sendgridHeaders(`[${event}]`) })],
  [
    'mailgun',
    mailgunEvents,
    (event) => {
      const body = mailgunBody({}, `token-${tokens++}`)
      return { body: body.replace('"event-data":{}', () => `"event-data":${event}`), headers: {} }
    },
  ],
  ['postmark', postmarkEvents, (body) => ({ body, headers: { authorization: `Bearer ${secret}` } })],
  [
    'sparkpost',
    sparkpostEvents,
    (event) => ({ body: `[${event}]`, headers: { authorization: `Bearer ${secret}` } }),
  ],
]

describe.each(esps)('broken events of %s', (esp, events, requestOf) => {
  it(
    'are answered',
    async () => {
      const examples = Object.values(events).map((event) => JSON.stringify(event))
      const runs = await fuzz(examples, async (input) => {
        const init = { method: 'POST', ...requestOf(input.toString('utf8')) }
        const { status } = await app.request(`/${esp}`, init)
        expect([200, 400, 401]).toContain(status)
        expect(failures).toEqual([])
      })
      expect(runs).toBeGreaterThan(1)
    },
    fuzzMs,
  )

  it(
    'are refused without their signature, and change nothing',
    async () => {
      const examples = Object.values(events).map((event) => requestOf(JSON.stringify(event)).body)
      await fuzz(examples, async (input) => {
        // What is signed in the body may come through unharmed.
        const isSigned = esp === 'ses' || esp === 'mailgun'
        const { status } = await app.request(`/${esp}`, { method: 'POST', body: new Uint8Array(input) })
        expect(isSigned ? [200, 400, 401] : [401]).toContain(status)
      })
      if (esp === 'ses' || esp === 'mailgun') return
      expect(await engine.ledger.events()).toEqual([])
    },
    fuzzMs,
  )
})
