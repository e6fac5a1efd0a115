import { displayWidth } from './display-width.ts'
import type { Paint } from './paint.ts'
import { countWords } from './time-words.ts'

/** One bar. */
export interface Bar {
  /** Holds no remote text. */
  name: string
  count: number
}

const least = 8

/**
 * Bars side by side with their names and counts.
 *
 * @param width - columns, at least 40
 */
export function barChart(bars: readonly Bar[], width: number, paint: Paint): string[] {
  const most = Math.max(1, ...bars.map(({ count }) => count))
  const names = Math.max(0, ...bars.map(({ name }) => displayWidth(name)))
  const numbers = Math.max(0, ...bars.map(({ count }) => countWords(count).length))
  const room = Math.max(least, width - names - numbers - 4)
  return bars.map(({ name, count }) => {
    // Whoever is counted is seen.
    const length = count === 0 ? 0 : Math.max(1, Math.round((count / most) * room))
    const label = name + ' '.repeat(names - displayWidth(name))
    return `${label}  ${countWords(count).padStart(numbers)}  ${paint('bar', '█'.repeat(length))}`.trimEnd()
  })
}
