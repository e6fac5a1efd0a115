import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EngineError } from '../errors.ts'
import { Patience } from './patience.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const codeOf = (result: Promise<unknown>): Promise<unknown> =>
  result.then(
    () => 'none',
    ({ code, message }: EngineError) => code ?? message,
  )
const hangs = (): Promise<never> => new Promise(() => {})
const answers = async (): Promise<string> => 'answer'

describe('patience with a ledger', () => {
  it('ends for each call after its time, whatever became of others', async () => {
    const patience = new Patience(15)
    const ended: number[] = []
    const hang = (): unknown => codeOf(patience.run(hangs)).then(() => ended.push(performance.now()))
    const from = performance.now()
    expect(await patience.run(answers)).toBe('answer')
    await vi.advanceTimersByTimeAsync(4000)
    hang()
    await vi.advanceTimersByTimeAsync(5000)
    hang()
    hang()
    expect(await patience.run(answers)).toBe('answer')
    await vi.advanceTimersByTimeAsync(30_000)
    expect(ended.map((time) => time - from)).toEqual([19_000, 24_000, 24_000])
  })

  it('keeps the process alive while somebody waits, and no longer', async () => {
    vi.useRealTimers()
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    const patience = new Patience(15)
    for (let n = 0; n < 2; n++) {
      let answer = (): void => {}
      const asked = patience.run(() => new Promise<void>((resolve) => (answer = resolve)))
      expect(timers()).toBe(before + 1)
      answer()
      await asked
      expect(timers()).toBe(before)
    }
  })

  it('after a slow failure lets one call a second try, and tells the others at once', async () => {
    const patience = new Patience(15)
    const slow = codeOf(patience.run(hangs))
    await vi.advanceTimersByTimeAsync(15_000)
    await slow
    const asked = vi.fn<() => Promise<never>>(hangs)
    expect(await codeOf(patience.run(asked))).toBe('ELEDGERTIMEOUT')
    expect(asked).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1000)
    const trial = codeOf(patience.run(asked))
    expect(await codeOf(patience.run(asked))).toBe('ELEDGERTIMEOUT')
    expect(asked).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(15_000)
    await trial
    await vi.advanceTimersByTimeAsync(1000)
    expect(await patience.run(answers)).toBe('answer')
    expect(await patience.run(answers)).toBe('answer')
  })

  it('asks again at once after a quick failure, and after writers that were in each other’s way', async () => {
    const patience = new Patience(15)
    const quick = async (): Promise<never> => {
      throw new Error('refused')
    }
    expect(await codeOf(patience.run(quick))).toBe('refused')
    const contended = codeOf(
      patience.run(async () => {
        await new Promise((resolve) => setTimeout(resolve, 2000))
        throw new EngineError('ELEDGERCONFLICT', 'again and again')
      }),
    )
    await vi.advanceTimersByTimeAsync(2000)
    expect(await contended).toBe('ELEDGERCONFLICT')
    expect(await patience.run(answers)).toBe('answer')
  })
})
