import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { bench, replies, type Bench } from '../bench.test.fixture.ts'
import { memoryLedger } from './memory-ledger.ts'
import type { Ledger } from './ledger.ts'

const hour = 3_600_000
const second = 1000
const taker = fileURLToPath(new URL('probe-taker.test.fixture.ts', import.meta.url))

/** Two engines on one ledger and clock, with a hold whose probe is due. */
async function two(ledger: Ledger | string): Promise<{ one: Bench; other: Bench }> {
  const one = bench({ ledger })
  const other = bench({ ledger, clock: () => one.time.now })
  await one.reply(replies.blocked, { messageId: 'first' })
  one.time.now += hour
  return { one, other }
}

async function signs(ledger: Ledger): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const { value } of ledger.list('presence/')) found.push(value)
  return found
}

function fileLedger(): string {
  const directory = mkdtempSync(join(tmpdir(), 'icloud-presence-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return `file:${join(directory, 'icloud.db')}`
}

async function decisionOf({ admit }: Bench, messageId: string): Promise<string | undefined> {
  return (await admit({ messageId }))[0]?.decision
}

describe('the probe of a process', () => {
  it('that was killed is free again after half a minute, for another process on the same file', async () => {
    const ledger = fileLedger()
    const { one, other } = await two(ledger)
    const child = spawn(process.execPath, [taker, ledger, String(one.time.now)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    for await (const line of createInterface({ input: child.stdout })) {
      expect(line).toBe('send')
      break
    }
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
    one.time.now += 29 * second
    expect(await decisionOf(other, 'm2')).toBe('held')
    one.time.now += 2 * second
    expect(await decisionOf(other, 'm2')).toBe('send')
    expect(await decisionOf(one, 'm3')).toBe('held')
    await Promise.all([one.engine.close(), other.engine.close()])
  })

  it('that lives is its own for the whole interval, as its sign of life is renewed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const ledger = memoryLedger()
    const { one, other } = await two(ledger)
    expect(await decisionOf(one, 'probe')).toBe('send')
    for (let passed = 0; passed < 3590; passed += 10) {
      one.time.now += 10 * second
      await vi.advanceTimersByTimeAsync(10 * second)
      expect(await decisionOf(other, 'm2')).toBe('held')
    }
    one.time.now += 10 * second
    expect(await decisionOf(other, 'm2')).toBe('send')
  })

  it('leaves no sign of life behind once Apple has answered, nor before there is one', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const ledger = memoryLedger()
    const { one } = await two(ledger)
    expect(await signs(ledger)).toEqual([])
    await decisionOf(one, 'probe')
    expect(await signs(ledger)).toEqual([{ at: one.time.now }])
    await one.reply(replies.blocked, { messageId: 'probe' })
    await vi.advanceTimersByTimeAsync(10 * second)
    expect(await signs(ledger)).toEqual([])
    // The one that bounds all waits for the ledger ends by itself.
    await vi.advanceTimersByTimeAsync(20 * second)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('that ends in good order is free at once', async () => {
    const ledger = memoryLedger()
    const { one, other } = await two(ledger)
    await decisionOf(one, 'probe')
    expect(await decisionOf(other, 'm2')).toBe('held')
    await one.engine.close()
    expect(await decisionOf(other, 'm2')).toBe('send')
  })

  it('that was killed is free also if the clock was set back since', async () => {
    const ledger = memoryLedger()
    const { one, other } = await two(ledger)
    await decisionOf(one, 'probe')
    one.time.now -= hour
    expect(await decisionOf(other, 'm2')).toBe('send')
  })

  it('that is dead for good is forgotten by the next one that has a probe', async () => {
    const ledger = memoryLedger()
    await ledger.write([{ key: 'presence/dead', expected: 0, value: { at: 0 } }])
    const { one } = await two(ledger)
    await decisionOf(one, 'probe')
    expect(await signs(ledger)).toEqual([{ at: one.time.now }])
  })
})
