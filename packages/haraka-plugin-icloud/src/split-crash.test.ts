import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { startSimulator, type Simulator } from '@icloud-delivery/mx-simulator'
import { configure, run, type Haraka } from './haraka.test.fixture.ts'
import { splitKiller } from './plugins.test.fixture.ts'

let apple: Simulator
let mailboxes: Simulator
let haraka: Haraka

beforeEach(async () => {
  apple = await startSimulator()
  mailboxes = await startSimulator()
})

afterEach(async () => {
  await haraka.stop()
  await Promise.all([apple.close(), mailboxes.close()])
})

async function start(nodes: number): Promise<string> {
  const dir = configure({
    nodes,
    mailboxes: `127.0.0.1:${mailboxes.port}`,
    ownPlugins: { splitKiller },
    icloud: [
      '[return_path]',
      'domain=bounces.example.com',
      '[testing]',
      `mx=127.0.0.1:${apple.port}`,
      '[testing_mx_records]',
      'brand.example=mx01.mail.icloud.com',
      '',
    ].join('\n'),
    config: { icloud_return_path_keys: `k1 ${'0123456789'.repeat(4)}\n` },
  })
  haraka = await run(dir)
  return dir
}

const emptyQueue = (dir: string): Promise<unknown> =>
  vi.waitUntil(() => readdirSync(path.join(dir, 'queue')).length === 0, { timeout: 20_000, interval: 25 })

const arrived = (): string[] => apple.messages.flatMap(({ recipients }) => recipients).toSorted()

// Of a domain of which nothing is known yet, so that the message is split before its first attempt.
const to = ['one@brand.example', 'three@brand.example', 'two@brand.example']

it.each([
  ['some of the parts are written', 1],
  ['all of the parts are written', 3],
])(
  'kill -9 while a message is split before its first attempt, %s: each recipient gets it once',
  { timeout: 60_000 },
  async (_when, parts) => {
    const dir = await start(0)
    writeFileSync(path.join(dir, 'kill-split'), String(parts))
    const ended = vi.waitUntil(() => haraka.process.signalCode !== null, { timeout: 20_000, interval: 10 })
    await haraka.send({ from: 'shop@example.com', to })
    await ended
    expect(arrived()).toEqual([])
    haraka = await run(dir)
    await emptyQueue(dir)
    expect(arrived()).toEqual(to)
    for (const { raw } of apple.messages) expect(raw.toString()).toMatch(/^Subject: Hello[^]*How are you\?/m)
    expect(haraka.log.filter((line) => line.includes('a crash had split the queue file'))).toEqual([
      expect.stringContaining(`: ${3 - parts} of its recipients are left in it`),
    ])
  },
)

it('a worker that crashes while it splits a message: the same', { timeout: 60_000 }, async () => {
  const dir = await start(1)
  writeFileSync(path.join(dir, 'kill-split'), '2')
  await haraka.send({ from: 'shop@example.com', to })
  await haraka.logged(/killed by signal SIGKILL/, 20_000)
  await emptyQueue(dir)
  expect(arrived()).toEqual(to)
})

it('the same where Apple has answered each recipient in another way', { timeout: 60_000 }, async () => {
  const dir = await start(0)
  const mixed = ['full@icloud.com', 'late@icloud.com']
  apple.script('full@icloud.com', [{ rule: 'mailbox-full' }, { accept: true }])
  apple.script('late@icloud.com', [{ rule: 'rate-limited' }, { accept: true }])
  writeFileSync(path.join(dir, 'kill-split'), '1')
  const ended = vi.waitUntil(() => haraka.process.signalCode !== null, { timeout: 20_000, interval: 10 })
  // Of the null sender, so that there is no return path, and one transaction for both.
  await haraka.send({ from: '', to: mixed })
  await ended
  haraka = await run(dir)
  await haraka.logged('a crash had split the queue file')
  await apple.waitFor(() => arrived().length === 2, { timeoutMs: 20_000 })
  await emptyQueue(dir)
  expect(arrived()).toEqual(mixed)
})
