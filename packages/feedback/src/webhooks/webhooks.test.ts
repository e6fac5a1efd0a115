import { createEngine, memoryLedger, type Engine, type Ledger } from '@icloud-delivery/engine'
import { serve } from '@hono/node-server'
import type { Hono } from 'hono'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFeedback } from '../recorder/feedback.ts'
import { createWebhooks, type WebhooksOptions } from './create-webhooks.ts'
import {
  certificateUrl,
  mailgunBody,
  mailgunEvents,
  now,
  postmarkEvents,
  secret,
  seconds,
  sendgridEvents,
  sendgridHeaders,
  sendgridKey,
  sesEvents,
  SnsDouble,
  sparkpostEvents,
  topic,
} from './esps.test.fixture.ts'
import { MailgunTokens } from './mailgun-tokens.ts'

type Esp = 'ses' | 'sendgrid' | 'mailgun' | 'postmark' | 'sparkpost'
const esps: readonly Esp[] = ['ses', 'sendgrid', 'mailgun', 'postmark', 'sparkpost']
const events = {
  ses: sesEvents,
  sendgrid: sendgridEvents,
  mailgun: mailgunEvents,
  postmark: postmarkEvents,
  sparkpost: sparkpostEvents,
}
const basic = `Basic ${Buffer.from(`apple:${secret}`).toString('base64')}`

let sns: SnsDouble
let otherSns: SnsDouble
let ledger: Ledger
let engine: Engine
let app: Hono
let fetched: string[]
let warnings: string[]
let time: number

beforeAll(async () => {
  sns = await SnsDouble.start()
  otherSns = await SnsDouble.start()
})
beforeEach(() => {
  fetched = []
  warnings = []
  time = now
  ledger = memoryLedger()
  engine = createEngine({ ledger, clock: () => now, logger: { warn() {}, error() {} } })
  app = webhooks()
})
afterEach(() => engine.close())

function webhooks(more: Partial<WebhooksOptions> = {}): Hono {
  return createWebhooks({
    feedback: createFeedback({ engine }),
    ses: { topicArns: [topic] },
    sendgrid: { publicKey: sendgridKey },
    mailgun: { signingKey: secret },
    postmark: { secret },
    sparkpost: { secret: ['the-former-secret-of-it', secret] },
    clock: () => time,
    fetch: async (url) => {
      fetched.push(url)
      return new Response(sns.certificate)
    },
    logger: { warn: (message) => warnings.push(message), error: (message) => warnings.push(message) },
    ...more,
  })
}

interface Sent {
  path: string
  body: string
  headers: Record<string, string>
}

let tokens = 0
/** A request as the ESP would send it. */
function requestOf(esp: Esp, event: object): Sent {
  const path = `/${esp}`
  switch (esp) {
    case 'ses':
      return { path, body: sns.message({ Message: JSON.stringify(event) }), headers: {} }
    case 'sendgrid': {
      const body = JSON.stringify([event])
      return { path, body, headers: sendgridHeaders(body) }
    }
    case 'mailgun':
      return { path, body: mailgunBody(event, `token-${tokens++}`), headers: {} }
    case 'postmark':
      return { path, body: JSON.stringify(event), headers: { authorization: basic } }
    case 'sparkpost':
      return { path, body: JSON.stringify([event]), headers: { 'x-messagesystems-webhook-token': secret } }
  }
}

async function post(
  { path, body, headers }: Sent,
  to: Hono = app,
): Promise<{ status: number; answer: unknown }> {
  const response = await to.request(path, { method: 'POST', body, headers })
  return { status: response.status, answer: await response.json() }
}

/** All that is remembered. */
async function everything(): Promise<unknown[]> {
  const found: unknown[] = await ledger.events()
  for await (const { key } of ledger.list(''))
    if (!key.startsWith('meta/') && !key.startsWith('mailgun-token/')) found.push(key)
  return found
}

const ok = {
  status: 200,
  answer: { recorded: 1, duplicate: 0, failed: 0, invalid: 0, outdated: 0, 'not-apple': 0, listed: 0 },
}
const again = { status: 200, answer: expect.objectContaining({ recorded: 0, duplicate: 1 }) }

describe.each(esps)('webhooks of %s', (esp) => {
  it('records a reply of Apple’s once, however often it comes', async () => {
    const request = requestOf(esp, events[esp].bounce!)
    expect(await post(request)).toEqual(ok)
    expect(await post(request)).toEqual(again)
    expect((await engine.address('anna@icloud.com')).suppressions).toMatchObject([
      { origin: 'reply', rule: 'invalid-recipient' },
    ])
  })

  it('records the ESP’s own suppression, and holds nothing against the recipient', async () => {
    expect(await post(requestOf(esp, events[esp].suppressed!))).toEqual(ok)
    const { suppressions, softBounces } = await engine.address('anna@icloud.com')
    expect({ suppressions, softBounces }).toEqual({ suppressions: [], softBounces: [] })
    expect(await ledger.events({ subject: 'anna@icloud.com' })).toMatchObject([{ data: { by: esp } }])
  })

  it('counts what Apple took, and what it deferred', async () => {
    expect(await post(requestOf(esp, events[esp].delivered!))).toEqual(ok)
    expect((await engine.address('anna@icloud.com')).lastDeliveredAt).toBe(now)
    expect(await post(requestOf(esp, events[esp].delayed!))).toMatchObject({ status: 200 })
    expect((await engine.address('anna@icloud.com')).suppressions).toEqual([])
    expect(await ledger.events({ subject: 'anna@icloud.com' })).toContainEqual(
      expect.objectContaining({ data: expect.objectContaining({ rule: 'rate-limited' }) }),
    )
  })

  it('takes complaints, unsubscribes and clicks for what they are', async () => {
    for (const name of ['complaint', 'unsubscribe', 'click'])
      expect(await post(requestOf(esp, events[esp][name]!))).toEqual(ok)
    const { suppressions, engagement } = await engine.address('anna@icloud.com')
    expect(suppressions.map(({ origin }) => origin).toSorted()).toEqual(['complaint', 'unsubscribe'])
    expect(engagement).toEqual({ clickedAt: now, complainedAt: now, unsubscribedAt: now })
  })

  it('is not misled by events that come out of order', async () => {
    const early = JSON.parse(
      JSON.stringify(events[esp].bounce)
        .replaceAll(String(seconds), String(seconds - 3600))
        .replaceAll(new Date(now).toISOString(), new Date(now - 3_600_000).toISOString()),
    ) as object
    expect(await post(requestOf(esp, events[esp].delivered!))).toEqual(ok)
    expect(await post(requestOf(esp, early))).toMatchObject({ status: 200, answer: { outdated: 1 } })
    expect((await engine.address('anna@icloud.com')).suppressions).toEqual([])
  })

  it('refuses what is not from the ESP, and changes nothing', async () => {
    const { path, body, headers } = requestOf(esp, events[esp].bounce!)
    const forged: Sent[] = {
      ses: [
        { path, headers, body: otherSns.message({ Message: JSON.stringify(sesEvents.bounce) }) },
        { path, headers, body: body.replace('user does not exist', 'is no more') },
      ],
      sendgrid: [
        { path, headers: {}, body },
        { path, headers, body: `${body} ` },
        { path, body, headers: { ...headers, 'x-twilio-email-event-webhook-signature': 'AAAA' } },
        {
          path,
          body,
          headers: { ...headers, 'x-twilio-email-event-webhook-timestamp': String(seconds + 1) },
        },
      ],
      mailgun: [
        { path, headers, body: body.replace(/token-\d+/, 'token-of-another') },
        { path, headers, body: body.replace(/"signature":"\w{8}/, '"signature":"00000000') },
        { path, headers, body: body.replace(/"signature":"\w+"/, '"signature":""') },
      ],
      postmark: [
        { path, body, headers: {} },
        { path, body, headers: { authorization: `Bearer ${secret}x` } },
        { path: `${path}?secret=${secret}`, body, headers: {} },
      ],
      sparkpost: [
        { path, body, headers: {} },
        { path, body, headers: { authorization: 'Basic !!!' } },
        { path, body, headers: { 'x-messagesystems-webhook-token': '' } },
      ],
    }[esp]
    for (const request of forged)
      expect(await post(request)).toEqual({ status: 401, answer: { error: 'ESIGNATURE' } })
    expect(await everything()).toEqual([])
    expect(warnings).toEqual([expect.stringContaining(`/${esp} was refused (ESIGNATURE)`)])
  })

  it('says that it should be sent again if it cannot be remembered', async () => {
    const request = requestOf(esp, events[esp].complaint!)
    await ledger.close()
    expect(await post(request)).toEqual({ status: 503, answer: { error: 'EUNAVAILABLE' } })
    ledger = memoryLedger()
    engine = createEngine({ ledger, clock: () => now })
    expect(await post(request, webhooks())).toEqual(ok)
  })

  it('takes no more than 1 MB, and no event that is none', async () => {
    const huge = { ...requestOf(esp, events[esp].bounce!), body: ' '.repeat((1 << 20) + 1) }
    expect(await post(huge)).toEqual({ status: 413, answer: { error: 'ETOOLARGE' } })
    const odd = requestOf(esp, { type: 'something new', id: 'x', event: 'new', recipient: 'x' })
    expect([200, 400]).toContain((await post(odd)).status)
    expect(await everything()).toEqual([])
  })

  it('ignores fields that it does not know, and other kinds of values', async () => {
    const odd = JSON.parse(
      JSON.stringify(events[esp].bounce).replaceAll(
        /"(timestamp|BouncedAt)":("[^"]*"|[\d.]+)/g,
        '"$1":{"odd":[1]}',
      ),
    ) as object
    expect(await post(requestOf(esp, { ...odd, somethingNew: { deep: [[[]]] } }))).toEqual(ok)
  })
})

describe('Amazon SNS', () => {
  it('is believed with either version of its signature, and asked for its certificate once', async () => {
    const Message = JSON.stringify(sesEvents.bounce)
    expect(await post({ path: '/ses', body: sns.message({ Message }, '1'), headers: {} })).toEqual(ok)
    expect(await post({ path: '/ses', body: sns.message({ Message, Subject: 'SES' }), headers: {} })).toEqual(
      again,
    )
    expect(fetched).toEqual([certificateUrl])
    time += 86_400_000 - 1000
    await post({ path: '/ses', body: sns.message({ Message }), headers: {} })
    expect(fetched).toHaveLength(1)
  })

  it.each([
    'http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem',
    'https://sns.eu-west-1.amazonaws.com.example.com/SimpleNotificationService-0123.pem',
    'https://example.com/sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem',
    'https://sns.eu-west-1.amazonaws.com@example.com/SimpleNotificationService-0123.pem',
    'https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-0123.pem',
    'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem?x=1',
    'https://sns.eu-west-1.amazonaws.com/?Action=Reflect',
    'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123.pem',
    'https://sns.eu-west-1.amazonaws.com.cn/SimpleNotificationService-0123.pem',
    'https://sns.amazonaws.com/SimpleNotificationService-0123.pem',
    'https://bucket.s3.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem',
    'https://sns.bucket.s3.amazonaws.com/SimpleNotificationService-0123.pem',
    'file:///etc/passwd',
    'nothing',
  ])('is not looked for at %s', async (url) => {
    const body = sns.message({ Message: JSON.stringify(sesEvents.bounce) }).replace(certificateUrl, url)
    expect(await post({ path: '/ses', body, headers: {} })).toMatchObject({ status: 401 })
    expect(fetched).toEqual([])
  })

  it('is not asked for topics that are not listed', async () => {
    const body = sns.message({ TopicArn: `${topic}-other`, Message: JSON.stringify(sesEvents.bounce) })
    expect(await post({ path: '/ses', body, headers: {} })).toEqual({
      status: 401,
      answer: { error: 'ETOPIC' },
    })
    expect(fetched).toEqual([])
  })

  it.each([
    ['a redirect', () => Promise.reject(new TypeError('redirect mode is set to error')), 503],
    ['no answer', () => Promise.resolve(new Response('', { status: 500 })), 503],
    ['an endless one', () => Promise.resolve(new Response('x'.repeat(100_000))), 503],
    ['no certificate', () => Promise.resolve(new Response('hello')), 401],
  ])('is not believed by %s', async (_, fetch, status) => {
    const body = sns.message({ Message: JSON.stringify(sesEvents.bounce) })
    const picky = webhooks({
      fetch: (_url, init) => {
        expect(init.redirect).toBe('error')
        return fetch()
      },
    })
    expect(await post({ path: '/ses', body, headers: {} }, picky)).toMatchObject({ status })
  })

  it('is not believed by a certificate that has expired', async () => {
    const body = sns.message({ Message: JSON.stringify(sesEvents.bounce) })
    time += 2 * 86_400_000
    expect(await post({ path: '/ses', body, headers: {} })).toMatchObject({ status: 401 })
  })

  it('cannot be asked for certificates without end, and the good one stays', async () => {
    const good = sns.message({ Message: JSON.stringify(sesEvents.bounce) })
    let isBad = false
    const asked: string[] = []
    const picky = webhooks({
      fetch: async (url) => {
        asked.push(url)
        return new Response(isBad ? 'none' : sns.certificate)
      },
    })
    expect(await post({ path: '/ses', body: good, headers: {} }, picky)).toEqual(ok)
    isBad = true
    const bad = (n: number): Sent => {
      const url = certificateUrl.replace('0123456789abcdef', `bad${n}`)
      return { path: '/ses', body: good.replace(certificateUrl, url), headers: {} }
    }
    await Promise.all(Array.from({ length: 50 }, (_, n) => post(bad(n), picky)))
    for (let n = 50; n < 150; n++) await post(bad(n), picky)
    expect(asked.length).toBeLessThanOrEqual(11)
    expect(await post({ path: '/ses', body: good, headers: {} }, picky)).toEqual(again)
    time += 60_000
    expect(await post(bad(200), picky)).toMatchObject({ status: 401 })
  })

  it('is believed from China for a topic there', async () => {
    const TopicArn = 'arn:aws-cn:sns:cn-north-1:123456789012:bounces'
    const url = certificateUrl.replace('eu-west-1.amazonaws.com', 'cn-north-1.amazonaws.com.cn')
    const body = sns
      .message({ TopicArn, Message: JSON.stringify(sesEvents.bounce) })
      .replace(certificateUrl, url)
    const there = webhooks({ ses: { topicArns: [TopicArn] } })
    expect(await post({ path: '/ses', body, headers: {} }, there)).toEqual(ok)
    expect(fetched).toEqual([url])
  })

  const confirmation = {
    Type: 'SubscriptionConfirmation',
    Token: 'abc',
    Message: 'You have chosen to subscribe',
    SubscribeURL: `https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${topic}&Token=abc`,
  }

  it('is told yes when it asks about a listed topic', async () => {
    expect(await post({ path: '/ses', body: sns.message(confirmation), headers: {} })).toMatchObject({
      status: 200,
    })
    expect(fetched).toEqual([certificateUrl, confirmation.SubscribeURL])
  })

  it.each([
    ['elsewhere', 'https://example.com/?Action=ConfirmSubscription'],
    ['for another topic', confirmation.SubscribeURL.replace('bounces', 'others')],
    ['to do something else', confirmation.SubscribeURL.replace('ConfirmSubscription', 'Unsubscribe')],
  ])('does not make us go %s', async (_, SubscribeURL) => {
    const body = sns.message({ ...confirmation, SubscribeURL })
    expect(await post({ path: '/ses', body, headers: {} })).toMatchObject({ status: 401 })
    const body2 = sns.message({ ...confirmation, TopicArn: `${topic}-other` })
    expect(await post({ path: '/ses', body: body2, headers: {} })).toMatchObject({ status: 401 })
    expect(fetched).toEqual([certificateUrl])
  })

  it('may say what is no event', async () => {
    const body = sns.message({ Message: 'Successfully validated SNS topic for Amazon SES event publishing.' })
    expect(await post({ path: '/ses', body, headers: {} })).toMatchObject({ status: 200 })
    const gone = sns.message({ ...confirmation, Type: 'UnsubscribeConfirmation' })
    expect(await post({ path: '/ses', body: gone, headers: {} })).toMatchObject({ status: 200 })
    expect(warnings).toEqual([expect.stringContaining('was unsubscribed from')])
  })
})

describe('times and tokens', () => {
  it.each([-601, 601])('of SendGrid are not taken %i s away', async (away) => {
    const body = JSON.stringify([sendgridEvents.bounce])
    const request = { path: '/sendgrid', body, headers: sendgridHeaders(body, seconds + away) }
    expect(await post(request)).toEqual({ status: 401, answer: { error: 'ETIMESTAMP' } })
    expect(await everything()).toEqual([])
  })

  it.each([-32_401, 301])('of Mailgun are not taken %i s away', async (away) => {
    const body = mailgunBody(mailgunEvents.bounce!, 'late', seconds + away)
    expect(await post({ path: '/mailgun', body, headers: {} })).toEqual({
      status: 401,
      answer: { error: 'ETIMESTAMP' },
    })
    expect(await everything()).toEqual([])
  })

  it('of Mailgun are taken hours later, as it tries again for 8 hours', async () => {
    const request = { path: '/mailgun', body: mailgunBody(mailgunEvents.bounce!, 'again'), headers: {} }
    time += 8 * 3_600_000
    expect(await post(request)).toEqual(ok)
  })

  it('of Mailgun wait for a ledger that hangs no longer than some seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      vi.spyOn(ledger, 'read').mockReturnValue(new Promise(() => {}))
      const book = new MailgunTokens(ledger, () => time)
      const refused = book.take('token', Buffer.from('body')).catch((error: unknown) => error)
      await vi.advanceTimersByTimeAsync(5000)
      expect(await refused).toMatchObject({ code: 'EUNAVAILABLE' })
    } finally {
      vi.useRealTimers()
      vi.restoreAllMocks()
    }
  })

  it('of Mailgun are taken for one body, in all processes, and forgotten', async () => {
    const headers = {}
    const victim = { ...mailgunEvents.bounce, id: 'forged', recipient: 'victim@icloud.com' }
    expect(
      await post({ path: '/mailgun', body: mailgunBody(mailgunEvents.delivered!, 'one'), headers }),
    ).toEqual(ok)
    const forged = { path: '/mailgun', body: mailgunBody(victim, 'one'), headers }
    const refused = { status: 401, answer: { error: 'EREPLAYED' } }
    expect(await post(forged)).toEqual(refused)
    expect(await post(forged, webhooks())).toEqual(refused)
    time += 32_000_000
    expect(await post(forged)).toEqual(refused)
    expect((await engine.address('victim@icloud.com')).suppressions).toEqual([])

    time += 72_000_000
    const at = Math.floor(time / 1000)
    await post({ path: '/mailgun', body: mailgunBody(mailgunEvents.complaint!, 'two', at), headers })
    await post(
      { path: '/mailgun', body: mailgunBody(mailgunEvents.click!, 'three', at), headers },
      webhooks(),
    )
    const kept: string[] = []
    for await (const { key } of ledger.list('mailgun-token/')) kept.push(key)
    expect(kept).toHaveLength(2)
  })

  it('of Mailgun are taken by one of many that come at once', async () => {
    const bodies = Array.from({ length: 8 }, (_, n) =>
      mailgunBody({ ...mailgunEvents.bounce, id: `id-${n}`, recipient: `anna${n}@icloud.com` }, 'same'),
    )
    const answers = await Promise.all(bodies.map((body) => post({ path: '/mailgun', body, headers: {} })))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array.from({ length: 7 }, () => 401),
    ])
  })
})

describe('createWebhooks', () => {
  it.each([
    ['nothing to take', {}],
    ['an empty secret', { postmark: { secret: '' } }],
    ['a short secret', { sparkpost: { secret: '1234' } }],
    ['no secret', { postmark: {} as never }],
    ['no signing key', { mailgun: {} as never }],
    ['no topic', { ses: { topicArns: [] } }],
    ['a topic that is none', { ses: { topicArns: ['*'] } }],
    ['a key of another kind', { sendgrid: { publicKey: 'MFww' } }],
    ['an endless window', { sendgrid: { publicKey: sendgridKey, windowSeconds: Infinity } }],
  ])('does not start with %s', (_, options) => {
    expect(() => createWebhooks({ feedback: createFeedback({ engine }), ...options })).toThrow(
      expect.objectContaining({ code: 'EARGUMENT' }),
    )
  })

  it('does not say a secret that is wrong', () => {
    expect(() =>
      createWebhooks({ feedback: createFeedback({ engine }), postmark: { secret: 'hunter2' } }),
    ).toThrow(expect.not.stringContaining('hunter2'))
  })

  it('knows no path of an ESP that is not named', async () => {
    const only = createWebhooks({ feedback: createFeedback({ engine }), postmark: { secret } })
    expect((await only.request('/ses', { method: 'POST', body: '{}' })).status).toBe(404)
    expect((await only.request('/postmark')).status).toBe(404)
  })

  it('adds what the event does not say, and tells what came of it', async () => {
    const seen: string[] = []
    const annotated = webhooks({
      annotate: (_, event) => ({
        stream: 'marketing',
        campaign: (event as { mail: { tags: { campaign: string[] } } }).mail.tags.campaign[0]!,
      }),
      onResult: ({ recipient }, { status }) => seen.push(`${recipient}: ${status}`),
    })
    expect(await post(requestOf('ses', sesEvents.delivered!), annotated)).toEqual(ok)
    expect(await ledger.events({ type: 'delivered' })).toMatchObject([{ data: { stream: 'marketing' } }])
    expect(seen).toEqual(['anna@icloud.com: recorded'])
  })

  it('leaves readers elsewhere alone, but takes their word', async () => {
    const elsewhere = (name: string): Sent =>
      requestOf('sendgrid', {
        ...sendgridEvents[name],
        email: 'emil@example.net',
        sg_event_id: `other-${name}`,
      })
    for (const name of ['bounce', 'suppressed', 'delivered', 'click'])
      expect(await post(elsewhere(name))).toMatchObject({ answer: { 'not-apple': 1 } })
    expect(await everything()).toEqual([])
    expect(await post(elsewhere('unsubscribe'))).toEqual(ok)
    expect((await engine.address('emil@example.net')).suppressions).toMatchObject([{ origin: 'unsubscribe' }])
  })

  it('takes a batch as one: what is wrong in it does not cost the rest', async () => {
    const body = JSON.stringify([null, 7, { event: 'bounce' }, ...Object.values(sendgridEvents)])
    const batch = { path: '/sendgrid', body, headers: sendgridHeaders(body) }
    expect(await post(batch)).toMatchObject({ status: 200 })
    const sparks = JSON.stringify([
      { msys: {} },
      { msys: { message_event: null } },
      sparkpostEvents.complaint,
    ])
    expect(
      await post({ path: '/sparkpost', body: sparks, headers: { authorization: `Bearer ${secret}` } }),
    ).toEqual(ok)
  })

  it('runs on a port, and reads no more of a body than it takes', async () => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
    await once(server, 'listening')
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const { path, body, headers } = requestOf('postmark', postmarkEvents.bounce!)
      expect((await fetch(url + path, { method: 'POST', body, headers })).status).toBe(200)
      let sent = 0
      const endless = new ReadableStream<Uint8Array>({
        pull(controller) {
          sent += 65_536
          controller.enqueue(new Uint8Array(65_536))
          if (sent > 50 << 20) controller.close()
        },
      })
      const init: RequestInit & { duplex: 'half' } = {
        method: 'POST',
        body: endless,
        headers,
        duplex: 'half',
      }
      const refused = await fetch(url + path, init).then(
        ({ status }) => status,
        () => 413,
      )
      expect(refused).toBe(413)
      expect(sent).toBeLessThan(20 << 20)
    } finally {
      server.close()
    }
  })
})
