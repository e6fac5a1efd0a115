import { createEngine, memoryLedger, type Engine } from '@icloud-delivery/engine'
import type { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fuzz, fuzzMs, momentSeconds } from '../fuzz/fuzz.test.fixture.ts'
import { createFeedback } from '../recorder/feedback.ts'
import { createWebhooks, type WebhooksOptions } from './create-webhooks.ts'
import { now } from './esps.test.fixture.ts'

/** One ESP that is to be fed. */
interface Fed {
  esp: string
  /** Its part of the options; asked when the tests run. */
  options: () => Partial<WebhooksOptions>
  /** What it reports, to be broken. */
  events: Record<string, object>
  /** A genuine request with a broken event in it. */
  requestOf: (event: string) => { body: string; headers?: Record<string, string> }
  /** The signature stands in the body, and so is parsed before it is checked. */
  isSignedInBody: boolean
}

const mostBytes = 1 << 20

/** The tests of one ESP: each has a file of its own, so that `.ci/fuzz` feeds several at once. */
export function feedBrokenEvents({ esp, options, events, requestOf, isSignedInBody }: Fed): void {
  let engine: Engine
  let app: Hono
  let failures: string[]

  beforeEach(() => {
    failures = []
    engine = createEngine({ ledger: memoryLedger(), clock: () => now, logger: { warn() {}, error() {} } })
    app = createWebhooks({
      feedback: createFeedback({ engine }),
      ...options(),
      clock: () => now,
      logger: { warn() {}, error: (message) => failures.push(message) },
    })
  })
  afterEach(() => engine.close())

  describe(`broken events of ${esp}`, () => {
    it(
      'are answered',
      async () => {
        const examples = Object.values(events).map((event) => JSON.stringify(event))
        const runs = await fuzz(examples, async (input) => {
          const request = requestOf(input.toString('utf8'))
          const { status } = await app.request(`/${esp}`, { method: 'POST', ...request })
          // What is broken may be several times as long when it is put into a request.
          const isTooLarge = Buffer.byteLength(request.body) > mostBytes
          expect(isTooLarge ? [413] : [200, 400, 401]).toContain(status)
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
        const feed = async (input: Buffer): Promise<void> => {
          const { status } = await app.request(`/${esp}`, { method: 'POST', body: new Uint8Array(input) })
          // A signature in the body may come through unharmed.
          expect(isSignedInBody ? [200, 400, 401] : [401]).toContain(status)
          expect(failures).toEqual([])
        }
        // Nothing is parsed where the signature stands in a header.
        await (isSignedInBody ? fuzz(examples, feed) : fuzz(examples, feed, momentSeconds))
        if (!isSignedInBody) expect(await engine.ledger.events()).toEqual([])
      },
      fuzzMs,
    )
  })
}
