import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { createEngine, memoryLedger, type Engine, type Ledger } from '@icloud-delivery/engine'
import { startSimulator } from '@icloud-delivery/mx-simulator'
import nodemailer from 'nodemailer'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mx, quiet, replies } from '../world.test.fixture.ts'
import { createAlerts, type AlertOptions, type Alerts } from './alerts.ts'
import type { Notice } from './notice.ts'
import { email, slack, webhook } from './targets.ts'

let ledger: Ledger
let engine: Engine
let running: Alerts[]
let servers: Server[]

beforeEach(() => {
  ledger = memoryLedger()
  engine = createEngine({ ledger, logger: quiet })
  running = []
  servers = []
})
afterEach(async () => {
  await Promise.all(running.map((alerts) => alerts.close()))
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
  }
  await engine.close()
})

/** Alerts that begin before anything happens. */
async function start(to: AlertOptions['to'], options: Partial<AlertOptions> = {}): Promise<Alerts> {
  const alerts = createAlerts({
    engine,
    to,
    groupSeconds: 0.05,
    retrySeconds: 0.02,
    // A target that answers late has not failed, nor is a process gone that stood still: only where a test says so.
    timeoutSeconds: 300,
    pollMs: 20,
    logger: quiet,
    ...options,
  })
  running.push(alerts)
  await expect.poll(async () => (await ledger.read(['alerts/default']))[0]).toBeTruthy()
  return alerts
}

let message = 0
function block(lane: string, reply: string = replies.blocked): Promise<unknown> {
  const outcome = { kind: 'reply', input: reply, mx } as const
  return engine.record({
    recipient: `r${++message}@icloud.com`,
    sender: 'shop@example.com',
    messageId: `m${message}`,
    lane,
    outcome,
  })
}

/** An HTTP server that says what it was sent, and answers as it is told. */
async function hook(
  answer: (request: IncomingMessage, tries: number) => number | null,
): Promise<{ url: string; got: Record<string, unknown>[] }> {
  const got: Record<string, unknown>[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      got.push(JSON.parse(body) as Record<string, unknown>)
      const status = answer(request, got.length)
      if (status !== null) response.writeHead(status).end()
    })
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, got }
}

describe('a notice', () => {
  it('groups what comes together, once for each cause, with evidence and first fix; and tells when it is over', async () => {
    const notices: Notice[] = []
    // What comes together does so by this clock, however long it takes.
    let now = Date.now()
    await start([(notice) => notices.push(notice)], { clock: () => now })
    const told = async (count: number): Promise<void> => {
      await expect
        .poll(() => {
          now += 1000
          return notices.length
        })
        .toBe(count)
    }
    await block('ip-1')
    await block('ip-2')
    await block('ip-1')
    await told(1)
    const [first] = notices
    expect(first).toMatchObject({ type: 'alert' })
    expect(first?.alerts.map(({ subject }) => subject)).toEqual(['sending-ip/ip-1', 'sending-ip/ip-2'])
    expect(first?.alerts[0]).toMatchObject({
      kind: 'ip-blocked',
      rule: 'proofpoint-block',
      title: 'Sending IP blocked by Proofpoint',
      reply: replies.blocked,
      url: 'https://ipcheck.proofpoint.com/?ip=192.0.2.10',
    })
    expect(first?.alerts[0]?.fix?.length).toBeGreaterThan(10)

    await engine.release({ hold: { scope: 'sending-ip', id: 'ip-1' } })
    await told(2)
    expect(notices[1]).toMatchObject({ type: 'resolved', alerts: [{ subject: 'sending-ip/ip-1' }] })
    // The same cause again is news again.
    await block('ip-1')
    await told(3)
    expect(notices[2]).toMatchObject({ type: 'alert', alerts: [{ subject: 'sending-ip/ip-1' }] })
  })

  it('of an important address brings the reply along', async () => {
    const notices: Notice[] = []
    await start([(notice) => notices.push(notice)])
    await engine.markImportant('anna@icloud.com', true)
    await engine.record({
      recipient: 'anna@icloud.com',
      sender: 'shop@example.com',
      messageId: 'a',
      outcome: { kind: 'reply', input: replies.invalid, mx },
    })
    await expect
      .poll(() => notices[0]?.alerts[0])
      .toMatchObject({
        kind: 'important-suppressed',
        subject: 'anna@icloud.com',
        reply: replies.invalid,
      })
  })

  it('goes out while the ledger is out of reach, and another one when it is back', async () => {
    const notices: Notice[] = []
    let isDown = false
    const shaky: Ledger = {
      ...ledger,
      read: (keys) => (isDown ? Promise.reject(new Error('down')) : ledger.read(keys)),
      write: (...args) => (isDown ? Promise.reject(new Error('down')) : ledger.write(...args)),
      events: (query) => (isDown ? Promise.reject(new Error('down')) : ledger.events(query)),
    }
    await engine.close()
    engine = createEngine({ ledger: shaky, logger: quiet })
    await start([(notice) => notices.push(notice)])
    isDown = true
    await block('ip-1')
    await expect.poll(() => notices[0]?.alerts[0]?.kind).toBe('ledger-out-of-reach')
    isDown = false
    await expect
      .poll(() => notices[1])
      .toMatchObject({
        type: 'resolved',
        alerts: [{ kind: 'ledger-out-of-reach' }],
      })
  })
})

describe('a target', () => {
  it('that fails is tried again with the same id until it takes it, and the others do not wait', async () => {
    const { url, got } = await hook((_, tries) => (tries < 4 ? 500 : 204))
    const others: Notice[] = []
    await start([webhook({ url }), (notice) => others.push(notice)])
    await block('ip-1')
    await expect.poll(() => got.length).toBe(4)
    expect(new Set(got.map(({ id }) => id)).size).toBe(1)
    expect(got[0]).toMatchObject({
      type: 'alert',
      title: '[iCloud delivery] ip-blocked: sending-ip/ip-1',
      alerts: [{ reply: replies.blocked }],
    })
    expect(String(got[0]?.text)).toContain('First: ')
    expect(others).toHaveLength(1)
  })

  it('that is silent has failed after its time, and is left alone', async () => {
    const { url, got } = await hook((_, tries) => (tries === 1 ? null : 200))
    await start([webhook({ url })], { timeoutSeconds: 0.1 })
    await block('ip-1')
    // Its answer may come too late once more.
    await expect.poll(() => got.length).toBeGreaterThan(1)
  })

  it('that is sent elsewhere has not taken it', async () => {
    const { url, got } = await hook((_, tries) => (tries === 1 ? 302 : 200))
    await start([webhook({ url })])
    await block('ip-1')
    await expect.poll(() => got.length).toBe(2)
  })

  it('gets what waits for it after a restart', async () => {
    let isUp = false
    const { url, got } = await hook(() => (isUp ? 200 : 503))
    const first = await start([webhook({ url })])
    await block('ip-1')
    await expect.poll(() => got.length).toBeGreaterThan(0)
    await first.close()
    running.splice(0)
    const tried = got.length
    // Meanwhile something else happens.
    await block('ip-2')
    isUp = true
    await start([webhook({ url })])
    await expect
      .poll(() =>
        got.slice(tried).flatMap(({ alerts }) => (alerts as Notice['alerts']).map((one) => one.subject)),
      )
      .toEqual(['sending-ip/ip-1', 'sending-ip/ip-2'])
    expect(got[tried]?.id).toBe(got[0]?.id)
  })

  it('is told by one of all processes', async () => {
    const notices: [number, Notice][] = []
    await start([(notice) => notices.push([1, notice])])
    await start([(notice) => notices.push([2, notice])])
    await block('ip-1')
    await expect.poll(() => notices.length).toBe(1)
    await running[0]?.close()
    await engine.release({ hold: { scope: 'sending-ip', id: 'ip-1' } })
    await expect
      .poll(() => notices.map(([who, { type }]) => [who, type]))
      .toEqual([
        [1, 'alert'],
        [2, 'resolved'],
      ])
  })

  it('of Slack gets remote text as text', async () => {
    const { url, got } = await hook(() => 200)
    await start([slack({ url })])
    await block('ip-1', `${replies.blocked} <!channel> & <https://evil.example|click> \`\`\`x\u202E`)
    await expect.poll(() => got.length).toBe(1)
    const sent = JSON.stringify(got[0])
    expect(sent).toContain('&lt;!channel&gt; &amp; &lt;https://evil.example|click&gt;')
    expect(sent.match(/```/g)).toHaveLength(2)
    expect(sent).not.toMatch(/<!channel>|\u202E/)
    expect(got[0]).toMatchObject({ text: '[iCloud delivery] ip-blocked: sending-ip/ip-1' })
  })

  it('by mail gets it over SMTP', async () => {
    const simulator = await startSimulator()
    const transporter = nodemailer.createTransport({
      host: '127.0.0.1',
      port: simulator.port,
      ignoreTLS: true,
    })
    try {
      await start([email({ transporter, from: 'icloud@example.com', to: ['ops@example.com'] })])
      await block('ip-1')
      const [mail] = await simulator.waitFor(({ messages }) => (messages.length > 0 ? messages : null), {
        timeoutMs: 50_000,
      })
      expect(mail?.envelope.to).toEqual(['ops@example.com'])
      expect(String(mail?.raw)).toContain('Subject: [iCloud delivery] ip-blocked: sending-ip/ip-1')
    } finally {
      transporter.close()
      await simulator.close()
    }
  })
})

it.each([
  [{ to: [] }, /to/],
  [{ to: [5] }, /to\[0\]/],
  [{ to: [String], name: 'a b' }, /name/],
  [{ to: [String], groupSeconds: -1 }, /groupSeconds/],
])('createAlerts says what is wrong with %j', (options, message_) => {
  expect(() => createAlerts({ engine, ...options } as never)).toThrow(message_)
})

it('targets say what is wrong with them', () => {
  expect(() => webhook({ url: 'ftp://example.com' })).toThrow(/url/)
  expect(() => email({ transporter: {} as never, from: 'a@example.com', to: 'b@example.com' })).toThrow(
    /transporter/,
  )
  const twice = [webhook({ url: 'https://example.com/a' }), webhook({ url: 'https://example.com/b' })]
  expect(() => createAlerts({ engine, to: twice })).toThrow(/different names/)
})
