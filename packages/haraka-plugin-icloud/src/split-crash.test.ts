import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { startSimulator, type Simulator } from '@icloud-delivery/mx-simulator'
import { configure, run, type Haraka } from './haraka.test.fixture.ts'
import { ageless } from './stage.test.fixture.ts'
import { slowDelivered, splitKiller } from './plugins.test.fixture.ts'
import { queueIs } from './queue.test.fixture.ts'

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

async function start(nodes: number, more: readonly string[] = []): Promise<string> {
  const dir = configure({
    nodes,
    mailboxes: `127.0.0.1:${mailboxes.port}`,
    ownPlugins: { splitKiller, slowDelivered },
    icloud: [
      ...more,
      '[return_path]',
      'domain=bounces.example.com',
      '[testing]',
      `mx=127.0.0.1:${apple.port}`,
      '[testing_mx_records]',
      'brand.example=mx01.mail.icloud.com',
      '',
    ].join('\n'),
    config: {
      // Haraka ends the hooks of other plugins after 30 s.
      'slowDelivered.timeout': '86400\n',
      // Between a crash and the next start a slow machine may take longer than 120 h, as scaled.
      'icloud_policy.json': JSON.stringify(ageless),
      icloud_return_path_keys: `k1 ${'0123456789'.repeat(4)}\n`,
    },
  })
  haraka = await run(dir)
  return dir
}

const emptyQueue = (dir: string): Promise<unknown> =>
  vi.waitUntil(() => readdirSync(path.join(dir, 'queue')).length === 0, { timeout: 50_000, interval: 25 })

const arrived = (): string[] => apple.messages.flatMap(({ recipients }) => recipients).toSorted()

// Of a domain of which nothing is known yet, so that the message is split before its first attempt.
const to = ['one@brand.example', 'three@brand.example', 'two@brand.example']

it.each([
  ['some of the parts are written', 1],
  ['all of the parts are written', 3],
])(
  'kill -9 while a message is split before its first attempt, %s: each recipient gets it once',
  { timeout: 240_000 },
  async (_when, parts) => {
    const dir = await start(0)
    writeFileSync(path.join(dir, 'kill-split'), String(parts))
    const ended = vi.waitUntil(() => haraka.process.signalCode !== null, { timeout: 50_000, interval: 10 })
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

it('a worker that crashes while it splits a message: the same', { timeout: 240_000 }, async () => {
  const dir = await start(1)
  writeFileSync(path.join(dir, 'kill-split'), '2')
  await haraka.send({ from: 'shop@example.com', to })
  await haraka.logged(/killed by signal SIGKILL/)
  await emptyQueue(dir)
  expect(arrived()).toEqual(to)
})

it('the same where Apple has answered each recipient in another way', { timeout: 240_000 }, async () => {
  const dir = await start(0)
  const mixed = ['full@icloud.com', 'late@icloud.com']
  apple.script('full@icloud.com', [{ rule: 'mailbox-full' }, { accept: true }])
  apple.script('late@icloud.com', [{ rule: 'rate-limited' }, { accept: true }])
  writeFileSync(path.join(dir, 'kill-split'), '1')
  const ended = vi.waitUntil(() => haraka.process.signalCode !== null, { timeout: 50_000, interval: 10 })
  // Of the null sender, so that there is no return path, and one transaction for both.
  await haraka.send({ from: '', to: mixed })
  await ended
  haraka = await run(dir)
  await haraka.logged('a crash had split the queue file')
  await apple.waitFor(() => arrived().length === 2, { timeoutMs: 50_000 })
  await emptyQueue(dir)
  expect(arrived()).toEqual(mixed)
})

/** The name of a queue file says when it is due, a moment after the file is there. */
const putOff = (dir: string, count: number): Promise<unknown> => {
  const isLater = (name: string): boolean => Number(name.split('_')[1]) > Date.now() + 60_000
  return vi.waitUntil(() => readdirSync(path.join(dir, 'queue')).filter(isLater).length === count, {
    timeout: 50_000,
    interval: 25,
  })
}

it.each([
  ['wait in files of their own', 1, ['down', 'late'], []],
  ['have got it', 0.00002, [], ['down', 'late']],
])(
  'kill -9 while a message waits for a hook, whose other recipients %s: only the one it is left with gets it again',
  { timeout: 240_000 },
  async (_when, timeScale, waiting, there) => {
    const dir = await start(0, ['[policy]', `time_scale=${timeScale}`])
    writeFileSync(path.join(dir, 'slow'), '')
    // Both for now, so that they are split off together first, and then from one another.
    apple.script('down@icloud.com', [
      { reply: '452 4.2.2 <down@icloud.com>: user is over quota' },
      { accept: true },
    ])
    apple.script('late@icloud.com', [{ rule: 'rate-limited' }, { accept: true }])
    await haraka.send({ from: '', to: ['down@icloud.com', 'good@icloud.com', 'late@icloud.com'] })
    const addresses = ['good', ...there].toSorted().map((name) => `${name}@icloud.com`)
    await apple.waitFor(() => arrived().join() === addresses.join(), { timeoutMs: 50_000 })
    await queueIs(dir, [...waiting, 'down+good+late'].toSorted())
    await putOff(dir, waiting.length)
    await haraka.kill()
    rmSync(path.join(dir, 'slow'))
    haraka = await run(dir)
    await queueIs(dir, waiting)
    // Apple had taken it for good, which Haraka was about to note.
    expect(arrived()).toEqual([...addresses, 'good@icloud.com'].toSorted())
    expect(haraka.log.filter((line) => line.includes('a crash had split the queue file'))).toEqual([
      expect.stringContaining(': 1 of its recipients are left in it'),
    ])
  },
)
