import { setImmediate as turn } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import { MxBook, type ResolveMx } from './mx-book.ts'

const apple = 'mx01.mail.icloud.com'

/** A book over a table of answers, on a clock that stands still, and the domains that DNS was asked about. */
function bookOf(answers: Record<string, readonly string[] | Error>): {
  book: MxBook
  asked: string[]
  time: { now: number }
} {
  const time = { now: Date.UTC(2026, 0, 1) }
  const asked: string[] = []
  const resolve: ResolveMx = async (domain) => {
    asked.push(domain)
    const answer = answers[domain] ?? []
    if (answer instanceof Error) throw answer
    return answer
  }
  return { book: new MxBook(resolve, () => time.now), asked, time }
}

describe('MxBook', () => {
  it.each([
    [[apple], true],
    [['MX02.MAIL.ICLOUD.COM.'], true],
    [['mx.example.org', apple], true],
    [['mx.example.org'], false],
    [[], false],
    [new Error('SERVFAIL'), null],
    [[7] as never, null],
    ['mx01.mail.icloud.com' as never, null],
  ])('says of a domain with the MX %j: %s', async (answer, atApple) => {
    expect(await bookOf({ 'example.org': answer }).book.isAtApple('example.org')).toBe(atApple)
  })

  it('reads an answer that came while the process stood still for longer than it may take', async () => {
    const { port1, port2 } = new MessageChannel()
    onTestFinished(() => port1.close())
    const answer = new Promise<string[]>((resolve) => port1.once('message', resolve))
    // Behind the turn of the timers, so that theirs is the next one.
    await turn()
    const asking = new MxBook(() => answer, Date.now, 5).isAtApple('example.org')
    port2.postMessage([apple])
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
    expect(await asking).toBe(true)
  })

  it("knows Apple's own domains, and asks nobody for them", async () => {
    const { book, asked } = bookOf({})
    expect(await book.isAtApple('icloud.com')).toBe(true)
    expect(await book.lookAnew('privaterelay.appleid.com')).toBe(true)
    expect(asked).toEqual([])
  })

  it('knows nothing else without DNS', async () => {
    expect(await new MxBook(null, Date.now).isAtApple('example.org')).toBe(null)
  })

  it('keeps answers for 10 minutes and failures for 30 seconds', async () => {
    const { book, asked, time } = bookOf({ 'example.org': [apple], 'example.com': new Error('SERVFAIL') })
    const ask = async (): Promise<number> => {
      await book.isAtApple('example.org')
      await book.isAtApple('example.com')
      return asked.length
    }
    expect(await ask()).toBe(2)
    time.now += 29_999
    expect(await ask()).toBe(2)
    time.now += 1
    expect(await ask()).toBe(3)
    time.now += 600_000
    expect(await ask()).toBe(5)
    time.now -= 3_600_000
    expect(await ask()).toBe(7)
  })

  it('looks anew, but not again and again', async () => {
    const answers = { 'example.org': [apple] }
    const { book, asked, time } = bookOf(answers)
    await book.isAtApple('example.org')
    answers['example.org'] = ['mx.example.org']
    time.now += 5_000
    expect(await book.isAtApple('example.org')).toBe(true)
    expect(await book.lookAnew('example.org')).toBe(false)
    expect(await book.lookAnew('example.org')).toBe(false)
    expect(await book.isAtApple('example.org')).toBe(false)
    expect(asked).toHaveLength(2)
  })

  it('asks about a domain once at a time', async () => {
    const { book, asked } = bookOf({ 'example.org': [apple] })
    const answers = await Promise.all(Array.from({ length: 50 }, () => book.isAtApple('example.org')))
    expect(new Set(answers)).toEqual(new Set([true]))
    expect(asked).toHaveLength(1)
  })

  it('waits for an answer for a limited time, and survives a resolver that throws', async () => {
    const silent = new MxBook(() => new Promise(() => {}), Date.now, 1)
    expect(await silent.isAtApple('example.org')).toBe(null)
    const broken = new MxBook(() => {
      throw new Error('broken')
    }, Date.now)
    expect(await broken.isAtApple('example.org')).toBe(null)
  })

  it('forgets the oldest of more than 1,000 domains', async () => {
    const { book, asked } = bookOf({})
    for (let n = 0; n <= 1000; n++) await book.isAtApple(`d${n}.example`)
    await book.isAtApple('d1.example')
    await book.isAtApple('d1000.example')
    expect(asked).toHaveLength(1001)
    await book.isAtApple('d0.example')
    expect(asked).toHaveLength(1002)
  })
})
