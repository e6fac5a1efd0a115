import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { RedisServer, hasRedisServer } from '@icloud-delivery/redis-for-tests'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Ledger } from '../ledger.ts'
import { redisLedger } from './redis-ledger.ts'

const canRun = hasRedisServer()
const password = 'correct-horse'
let server: RedisServer
let url = ''
let made = 0

beforeAll(async () => {
  if (!canRun) return
  server = await RedisServer.start({ args: ['--requirepass', password], password })
  url = `redis://:${password}@127.0.0.1:${server.port}`
})
afterAll(() => server?.stop())

async function open(prefix = `test-${made++}`): Promise<{ ledger: Ledger; tag: string }> {
  const ledger = await redisLedger({ url, prefix, timeoutSeconds: 60 })
  onTestFinished(() => ledger.close())
  return { ledger, tag: `{${prefix}}` }
}

async function keysOf(ledger: Ledger, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of ledger.list(prefix)) keys.push(key)
  return keys
}

describe.skipIf(!canRun)('the Redis ledger', () => {
  it('lists in key order what came and went in any order', async () => {
    const { ledger, tag } = await open()
    const all = Array.from({ length: 1500 }, (_, n) => `recipient/${(n * 7919) % 1500}@example.com`)
    await Promise.all(all.map((key) => ledger.write([{ key, expected: 0, value: 1 }])))
    await ledger.write([{ key: 'scope/z', expected: 0, value: 1 }])
    expect(await keysOf(ledger, 'recipient/')).toEqual(all.toSorted())
    const gone = all.filter((_, n) => n % 3 !== 0)
    const entries = await ledger.read(gone)
    await Promise.all(
      gone.map((key, n) => ledger.write([{ key, expected: entries[n]?.version ?? 0, value: null }])),
    )
    const left = all.filter((_, n) => n % 3 === 0).toSorted()
    expect(await keysOf(ledger, 'recipient/')).toEqual(left)
    expect(await keysOf(ledger, 'recipient/9')).toEqual(left.filter((key) => key.startsWith('recipient/9')))
    expect(await keysOf(ledger, 'scope/')).toEqual(['scope/z'])
    // Nothing is left of pieces of the index that became empty.
    const rest = await ledger.read(left)
    await Promise.all(
      left.map((key, n) => ledger.write([{ key, expected: rest[n]?.version ?? 0, value: null }])),
    )
    expect(await keysOf(ledger, '')).toEqual(['scope/z'])
    expect(await server.command('ZCARD', `${tag}:index`)).toBeLessThanOrEqual(1)
  })

  it('asks for a thousand entries in one round trip, and writes a hundred in one', async () => {
    const { ledger } = await open()
    await ledger.write([])
    await server.command('CONFIG', 'RESETSTAT')
    const keys = Array.from({ length: 1000 }, (_, n) => `recipient/${n}`)
    await Promise.all([ledger.read(keys.slice(10)), ledger.read(keys.slice(0, 10))])
    expect(String(await server.command('INFO', 'commandstats'))).toContain('cmdstat_mget:calls=1,')
    await Promise.all(keys.slice(0, 100).map((key) => ledger.write([{ key, expected: 0, value: 1 }])))
    expect(String(await server.command('INFO', 'commandstats'))).toContain('cmdstat_evalsha:calls=1,')
  })

  it('works on when the server forgot the scripts', async () => {
    const { ledger } = await open()
    for (let n = 1; n <= 2; n++) {
      await server.command('SCRIPT', 'FLUSH')
      expect(await ledger.write([{ key: `k${n}`, expected: 0, value: n }])).toBe(true)
      expect(await keysOf(ledger, '')).toHaveLength(n)
    }
  })

  it('lets Redis forget counts, for as long as the longest of them is to be kept', async () => {
    const { ledger, tag } = await open()
    const count = (keepMs: number) => ({ group: 'rate/1', field: 'attempts', by: 1, at: 1_000_000, keepMs })
    await ledger.write([], [], [count(3_600_000)])
    await ledger.write([], [], [count(60_000.5)])
    const left = Number(await server.command('PTTL', `${tag}:counts/rate/1`))
    expect(left).toBeGreaterThan(60_001)
    expect(left).toBeLessThanOrEqual(3_600_000)
    await ledger.write([], [], [{ ...count(0.5), group: 'rate/2' }])
    while ((await server.command('EXISTS', `${tag}:counts/rate/2`)) !== 0);
    expect(await ledger.counts(['rate/2', 'rate/1'])).toEqual([{}, { attempts: 2 }])
  })

  it('loses no update of two processes that compare and set one entry', async () => {
    const writer = fileURLToPath(new URL('counting-writer.test.fixture.ts', import.meta.url))
    const shared = `${url}?prefix=processes`
    const codes = await Promise.all(
      [1, 2].map(async () => {
        const child = spawn(process.execPath, [writer, shared, '200'], { stdio: 'inherit' })
        onTestFinished(() => void child.kill('SIGKILL'))
        return ((await once(child, 'exit')) as [number | null])[0]
      }),
    )
    expect(codes).toEqual([0, 0])
    const { ledger } = await open('processes')
    expect((await ledger.read(['shared']))[0]?.value).toBe(400)
  })

  it('refuses keys of a newer version, and what is no ledger, and leaves both as they are', async () => {
    await server.command('SET', '{newer}:format', '2')
    await expect(open('newer')).rejects.toMatchObject({ code: 'ELEDGERVERSION' })
    const { ledger, tag } = await open()
    await server.command('SET', `${tag}/a`, 'not ours')
    await expect(ledger.read(['a'])).rejects.toMatchObject({ code: 'ELEDGERDAMAGED' })
    expect(await server.command('GET', `${tag}/a`)).toBe('not ours')
  })

  it('says what is wrong without a password', async () => {
    // With time enough for the server to say it: after that it would be out of reach.
    const openAs = (account: string, port = server.port): Promise<Ledger> =>
      redisLedger({ url: `redis://${account}127.0.0.1:${port}`, timeoutSeconds: 60 })
    const wrong = openAs(':battery-staple@')
    const refused = await wrong.catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'ELEDGERIO' })
    expect(inspect(refused, { depth: 9 })).toContain(`redis://127.0.0.1:${server.port}/0: WRONGPASS`)
    expect(inspect(refused, { depth: 9 })).not.toContain('battery-staple')
    await expect(openAs('')).rejects.toThrow('it wants a password')
    await expect(openAs(':battery-staple@', 1)).rejects.toThrow(
      /^redis:\/\/127\.0\.0\.1:1\/0: .*ECONNREFUSED/,
    )
  })

  it('warns once if Redis may throw away who must get no mail', async () => {
    const warnings: string[] = []
    // Those of others in this process are none of its business.
    vi.spyOn(process, 'emitWarning').mockImplementation((text, options) => {
      if ((options as { code?: string } | undefined)?.code === 'ICLOUD_REDIS_EVICTS')
        warnings.push(String(text))
    })
    onTestFinished(() => void vi.restoreAllMocks())
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'volatile-lru')
    await open()
    expect(warnings).toEqual([])
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
    await open()
    await open()
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('forgets who must get no mail')
    expect(warnings[0]).not.toContain(password)
  })

  it('never asks Redis for all of its keys', async () => {
    const { ledger } = await open()
    await server.command('CONFIG', 'RESETSTAT')
    await ledger.write([{ key: 'k', expected: 0, value: 1 }])
    await keysOf(ledger, '')
    await ledger.events({ subject: 's' })
    await ledger.counts(['rate/1'])
    expect(String(await server.command('INFO', 'commandstats'))).not.toMatch(/cmdstat_(?:keys|scan):/)
  })
})

it('says what to install if ioredis is missing', async () => {
  vi.doMock('ioredis', () => {
    throw new Error("Cannot find package 'ioredis'")
  })
  onTestFinished(() => {
    vi.doUnmock('ioredis')
  })
  vi.resetModules()
  const { redisLedger: withoutIoredis } = await import('./redis-ledger.ts')
  await expect(withoutIoredis({ url: 'redis://127.0.0.1' })).rejects.toMatchObject({
    code: 'ELEDGERDRIVER',
    message: expect.stringContaining('npm install ioredis@6'),
  })
})
