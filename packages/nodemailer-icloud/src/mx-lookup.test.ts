import { setImmediate as turn } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findAppleRecipients } from './apple-recipients.ts'
import { MxLookup, type ResolveMx } from './mx-lookup.ts'
import { systemTimers, type Timers } from './timers.ts'

const never: Timers = { setTimeout: () => 0, clearTimeout: () => {} }
const atOnce: Timers = {
  setTimeout: (callback) => setImmediate(callback),
  clearTimeout: (handle) => clearImmediate(handle as NodeJS.Immediate),
}

function lookup(resolveMx: ResolveMx, timers = never) {
  const time = { now: 0 }
  let asked = 0
  const counted: ResolveMx = (domain) => {
    asked++
    return resolveMx(domain)
  }
  return { time, asked: () => asked, mx: new MxLookup(counted, () => time.now, timers) }
}

function failing(code: string): ResolveMx {
  return () => Promise.reject(Object.assign(new Error(code), { code }))
}

describe('MxLookup', () => {
  it('finds Apple among the records, closing dot or not', async () => {
    const { mx } = lookup(async () => [
      { exchange: 'mx01.mail.icloud.com.' },
      { exchange: 'mx02.mail.icloud.com.' },
    ])
    expect(mx.cached('custom.example')).toBeUndefined()
    expect(await mx.isApple('custom.example')).toBe(true)
    expect(mx.cached('custom.example')).toBe(true)
  })

  it('reads an answer that came while the process stood still for longer than it may take', async () => {
    const { port1, port2 } = new MessageChannel()
    onTestFinished(() => port1.close())
    const answer = new Promise<{ exchange: string }[]>((resolve) => port1.once('message', resolve))
    const soon: Timers = { ...systemTimers, setTimeout: (callback) => setTimeout(callback, 5) }
    // Behind the turn of the timers, so that theirs is the next one.
    await turn()
    const asking = lookup(() => answer, soon).mx.isApple('custom.example')
    port2.postMessage([{ exchange: 'mx01.mail.icloud.com' }])
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
    expect(await asking).toBe(true)
  })

  it('is not deceived by names that look alike', async () => {
    const { mx } = lookup(async () => [
      { exchange: 'mail.icloud.com.attacker.example' },
      { exchange: 'fakeicloud.com' },
    ])
    expect(await mx.isApple('custom.example')).toBe(false)
  })

  it('keeps an answer for an hour', async () => {
    const { mx, time, asked } = lookup(async () => [])
    await mx.isApple('example.com')
    time.now = 3_599_999
    expect(mx.cached('example.com')).toBe(false)
    time.now = 3_600_000
    expect(mx.cached('example.com')).toBeUndefined()
    expect(asked()).toBe(1)
  })

  it.each([
    ['ENODATA', 3_600_000],
    ['ENOTFOUND', 3_600_000],
    ['ESERVFAIL', 60_000],
    ['ECONNREFUSED', 60_000],
  ])('takes %s for "not Apple" for %i ms', async (code, ms) => {
    const { mx, time } = lookup(failing(code))
    expect(await mx.isApple('example.com')).toBe(false)
    time.now = ms - 1
    expect(mx.cached('example.com')).toBe(false)
    time.now = ms
    expect(mx.cached('example.com')).toBeUndefined()
  })

  it('gives a look-up up after two seconds', async () => {
    const waits: number[] = []
    const timers: Timers = {
      ...atOnce,
      setTimeout: (callback, ms) => {
        waits.push(ms)
        return setImmediate(callback)
      },
    }
    const { mx } = lookup(() => new Promise(() => {}), timers)
    expect(await mx.isApple('example.com')).toBe(false)
    expect(waits).toEqual([2000])
  })

  it('asks once for those who ask at the same time', async () => {
    const { mx, asked } = lookup(async () => [{ exchange: 'mx01.mail.icloud.com' }])
    expect(await Promise.all([mx.isApple('custom.example'), mx.isApple('custom.example')])).toEqual([
      true,
      true,
    ])
    expect(asked()).toBe(1)
  })

  it('forgets the oldest beyond ten thousand domains', async () => {
    const { mx } = lookup(async () => [])
    for (let i = 0; i <= 10_000; i++) await mx.isApple(`d${i}.example.com`)
    expect(mx.cached('d0.example.com')).toBeUndefined()
    expect(mx.cached('d1.example.com')).toBe(false)
  })
})

describe('what the engine is told', () => {
  it('is what DNS says now, and is known for mail from then on', async () => {
    const answers = [[{ exchange: 'mx01.mail.icloud.com.' }], [{ exchange: 'mx.example.net' }]]
    const { mx, time, asked } = lookup(async () => answers.shift() ?? [])
    expect(await mx.isApple('custom.example')).toBe(true)
    expect(await mx.hosts('custom.example')).toEqual(['mx01.mail.icloud.com'])
    expect(asked()).toBe(1)
    time.now += 5000
    expect(await mx.hosts('custom.example')).toEqual(['mx.example.net'])
    expect(mx.cached('custom.example')).toBe(false)
  })

  it('makes no domain of Apple another one, whatever DNS says', async () => {
    const { mx } = lookup(failing('SERVFAIL'))
    await expect(mx.hosts('icloud.com')).rejects.toThrow('icloud.com')
    expect(findAppleRecipients(['anna@icloud.com'], mx)).toEqual([true])
  })

  it('is that DNS failed, and never that there is no MX', async () => {
    const { mx } = lookup(failing('ESERVFAIL'))
    await expect(mx.hosts('custom.example')).rejects.toThrow(
      'The MX of custom.example could not be looked up',
    )
    expect(await lookup(failing('ENODATA')).mx.hosts('custom.example')).toEqual([])
  })

  it('is looked up anew after a doubt', async () => {
    const { mx, asked } = lookup(async () => [])
    await mx.isApple('custom.example')
    mx.forget('custom.example')
    expect(mx.cached('custom.example')).toBeUndefined()
    await mx.isApple('custom.example')
    expect(asked()).toBe(2)
  })
})
