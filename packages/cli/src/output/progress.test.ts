import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { progress } from './progress.ts'

let shown = ''
const terminal = (isTTY: boolean): NodeJS.WriteStream =>
  ({
    isTTY,
    columns: 60,
    write(text: string) {
      shown += text
      return true
    },
  }) as unknown as NodeJS.WriteStream

beforeEach(() => {
  shown = ''
  vi.useFakeTimers()
})
afterEach(() => vi.useRealTimers())

describe('progress', () => {
  test('says nothing within the first second, then draws a bar, and takes it away', () => {
    const bar = progress('Reading', terminal(true))
    vi.advanceTimersByTime(900)
    bar.at(10, '10 lines', 100)
    expect(shown).toBe('')
    vi.advanceTimersByTime(200)
    bar.at(50, '50 lines', 100)
    expect(shown).toContain('Reading [============------------] 50 % 50 lines')
    const length = shown.length
    bar.at(51, '51 lines', 100)
    expect(shown.length).toBe(length)
    bar.end()
    expect(shown.endsWith('\u001b[2K')).toBe(true)
  })

  test('shows words alone where nobody knows how much there is', () => {
    const bar = progress('Releasing', terminal(true))
    vi.advanceTimersByTime(1500)
    bar.at(3, '3 released')
    expect(shown).toContain('Releasing 3 released')
  })

  test('is silent without a terminal', () => {
    const bar = progress('Reading', terminal(false))
    vi.advanceTimersByTime(5000)
    bar.at(1, '', 2)
    bar.end()
    expect(shown).toBe('')
  })
})
