import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Latch } from './latch.test.fixture.ts'
import { forwarder, fromAfar, karma } from './plugins.test.fixture.ts'
import { setStage, type Stage } from './stage.test.fixture.ts'

/** What it does is in the subject of the message. */
const module = `
export async function preflight(mime, envelope) {
  const text = Buffer.from(mime).toString()
  const subject = /^Subject: (.*)\\r$/m.exec(text)?.[1]
  if (subject === 'loop') for (;;);
  if (subject === 'never') return new Promise(() => {})
  if (subject === 'exit') process.exit(3)
  if (subject === 'throw') throw new Error('out of "order"')
  if (subject === 'nonsense') return 'fine'
  if (subject === 'envelope') return [{ code: 'seen', severity: 'note', where: JSON.stringify(envelope).replaceAll('"', '') }]
  if (subject === 'headers') return [{ code: /^Date: /m.test(text) && /^Message-ID: /m.test(text) ? 'all' : 'missing', severity: 'note' }]
  if (subject === 'bad') return [
    { code: 'shortener', severity: 'warning', title: 'A link is shortened', where: 'link' },
    { code: 'link-ip-literal', severity: 'error', title: 'A link names an IP address', where: 'link http://192.0.2.1/\\r\\n250 Ok' },
  ]
  if (subject === 'so-so') return [{ code: 'shortener', severity: 'warning', title: 'A link is shortened' }]
  return []
}
`

/** The default for the time-out: no look that is to end takes so long, whatever the machine. */
const start = (
  mode: string,
  {
    timeOutMs = 20_000,
    more = [],
    haraka,
  }: { timeOutMs?: number; more?: readonly string[]; haraka?: object } = {},
): Promise<Stage> =>
  setStage({
    haraka: { config: { 'check.mjs': module }, ...haraka },
    icloud: ['[preflight]', 'module=config/check.mjs', `mode=${mode}`, `timeout_ms=${timeOutMs}`, ...more],
  })

function lines(stage: Stage, what: string): string[] {
  return stage.haraka.log.filter((line) => line.includes(what))
}

/** The message passes, and the next is looked at again: a thread that hangs is given up, and a new one has to begin. */
async function expectPassedOnce(stage: Stage, what: string, why: string): Promise<void> {
  const send = (subject: string, name: string): Promise<string> =>
    stage.haraka.send({ from: 'a@example.com', to: [`${name}@icloud.com`], subject })
  const reply = await send(what, what)
  expect(reply).toMatch(/^250/)
  await stage.delivered(`${what}@icloud.com`)
  // Of this message: a former test may have had the same reason.
  const [, message = 'none'] = /Message Queued \((\S+)\)/.exec(reply) ?? []
  await stage.haraka.logged(new RegExp(`message=${message} action=preflight-passed reason="(?:${why})"`))
  await untilRefused(() => send('bad', 'next'))
}

async function untilRefused(send: () => Promise<string>): Promise<void> {
  const isRefused = (): Promise<boolean> =>
    send().then(
      () => false,
      (error: { responseCode?: number }) => error.responseCode === 550,
    )
  await vi.waitUntil(isRefused, { timeout: 50_000, interval: 250 })
}

describe('mode=refuse', () => {
  let stage: Stage

  beforeAll(async () => {
    stage = await start('refuse', {
      haraka: {
        ownPlugins: { forwarder, fromAfar },
        plugins: karma.plugins,
        config: { ...karma.config, 'check.mjs': module },
      },
    })
  })

  afterAll(() => stage?.close())

  const send = (subject: string, to: string, from = 'a@example.com'): Promise<string> =>
    stage.haraka.send({ from, to: [to], subject })

  it('refuses a message for an error, with its code, and says what was found', async () => {
    await expect(send('bad', 'anna@icloud.com')).rejects.toMatchObject({
      response: expect.stringMatching(
        /^550 5\.7\.1 refused locally before it was sent: link-ip-literal: A link names an IP address link http:\/\/192\.0\.2\.1\/\\x0d\\x0a250 Ok /,
      ),
    })
    expect(await stage.haraka.logged('action=preflight-refused')).toMatch(
      /message=\S+ action=preflight-refused findings="error link-ip-literal \(.*\), warning shortener \(link\)"/,
    )
    expect(stage.tries('anna@icloud.com')).toBe(0)
  })

  it('lets pass what is no error', async () => {
    expect(await send('so-so', 'soso@icloud.com')).toMatch(/^250/)
    await stage.delivered('soso@icloud.com')
  })

  it('is for mail to Apple only, and for clients that may relay', async () => {
    expect(await send('bad', 'b@example.org')).toMatch(/^250/)
    expect(await send('bad', 'alias@icloud.com', 'stranger@example.org')).toMatch(/^250/)
    await stage.delivered('alias@icloud.com')
  })

  it.each([
    ['exit', 'its thread ended with code 3|the thread has ended'],
    ['throw', "Error: out of 'order'"],
    ['nonsense', 'it gave no list of findings with code and severity'],
  ])('%s: mail passes, and the next is looked at again', (what, why) => expectPassedOnce(stage, what, why))
})

describe('a look that takes too long', () => {
  let stage: Stage

  beforeAll(async () => {
    stage = await start('refuse', { timeOutMs: 1500 })
  })

  afterAll(() => stage?.close())

  it.each(['loop', 'never'])('%s: mail passes, and the next is looked at again', (what) =>
    expectPassedOnce(stage, what, 'no answer within 1500 ms'),
  )
})

describe('mode=warn', () => {
  let stage: Stage

  beforeAll(async () => {
    stage = await start('warn', { more: ['[lane_ips]', 'default=127.0.0.2'] })
  })

  afterAll(() => stage?.close())

  it('sends the message, and tells what was found in it beside the reply to it', async () => {
    stage.apple.script('anna@icloud.com', [{ rule: 'policy-cs01' }])
    await stage.haraka.send({ from: 'a@example.com', to: ['anna@icloud.com'], subject: 'bad' })
    await stage.haraka.logged(/action=preflight-warned findings="error link-ip-literal/)
    const line = await stage.haraka.logged(/<anna@icloud\.com> rule=policy-cs01/)
    expect(line).toContain(' findings="shortener, link-ip-literal" reply="')
  })

  it('knows the envelope, and the message with what Haraka adds to it', async () => {
    const to = ['one@icloud.com', 'two@example.org']
    const headers = { 'X-Stream': 'marketing', 'X-Campaign': 'spring' }
    await stage.haraka.send({ from: 'a@example.com', to, subject: 'envelope', headers })
    await stage.haraka.logged(
      'note seen ({from:a@example.com,to:[one@icloud.com],stream:marketing,campaign:spring,submitter:127.0.0.1,ip:127.0.0.2})',
    )
    await stage.haraka.send({ from: 'a@example.com', to, raw: 'Subject: headers\r\n\r\nHello\r\n' })
    expect(await stage.haraka.logged('note all"')).toContain('action=preflight-warned')
  })

  it('follows icloud.ini: off', async () => {
    const file = path.join(stage.haraka.dir, 'config', 'icloud.ini')
    writeFileSync(file, readFileSync(file, 'utf8').replace('mode=warn', 'mode=off'))
    await stage.haraka.logged('was read again: [preflight] mode changed')
    const before = lines(stage, 'action=preflight').length
    await stage.haraka.send({ from: 'a@example.com', to: ['off@icloud.com'], subject: 'bad' })
    await stage.delivered('off@icloud.com')
    expect(lines(stage, 'action=preflight')).toHaveLength(before)
  })
})

it('while the module is loaded mail passes, and goes once; the thread is given its time', async () => {
  const slow = `
const { appendFileSync, existsSync } = await import('node:fs')
while (!existsSync(process.env.HARAKA + '/loaded')) await new Promise((resolve) => setTimeout(resolve, 20))
export function preflight(mime, { to }) {
  appendFileSync(process.env.HARAKA + '/asked', to[0] + ' ')
  return [{ code: 'bad', severity: 'error' }]
}
`
  const stage = await start('refuse', { timeOutMs: 500, haraka: { config: { 'check.mjs': slow } } })
  const send = (name: string): Promise<string> =>
    stage.haraka.send({ from: 'a@example.com', to: [`${name}@icloud.com`], subject: 'bad' })
  try {
    const taken = new Latch()
    stage.apple.script('queued@icloud.com', [{ accept: true, phase: 'eod', until: taken.opened }])
    expect(await send('queued')).toMatch(/^250/)
    // As long as a thread that hangs would be waited for.
    for (const name of ['one', 'two', 'three']) await send(name)
    writeFileSync(path.join(stage.haraka.dir, 'loaded'), '')
    await untilRefused(() => send('next'))
    taken.open()
    await stage.emptyQueue()
    for (const name of ['queued', 'one', 'two', 'three']) expect(stage.tries(`${name}@icloud.com`)).toBe(1)
    expect(lines(stage, 'does not answer any more')).toEqual([])
    // What was given up while it was loaded is not looked at any more.
    expect(readFileSync(path.join(stage.haraka.dir, 'asked'), 'utf8')).toMatch(/^(?:next@icloud\.com )+$/)
  } finally {
    await stage.close()
  }
})

it('a module that is not there is told at the start, and mail passes', async () => {
  const stage = await setStage({ haraka: { nodes: 1 }, icloud: ['[preflight]', 'module=./none.mjs'] })
  try {
    await stage.haraka.logged(
      /\[ERROR\] .*config\/icloud\.ini \[preflight\] module: \.\/none\.mjs: .*Cannot find module/,
    )
    await stage.haraka.send({ from: 'a@example.com', to: ['anna@icloud.com'] })
    await stage.delivered('anna@icloud.com')
    expect(lines(stage, '[preflight] module')).toHaveLength(1)
  } finally {
    await stage.close()
  }
})
