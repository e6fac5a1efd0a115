import { expect, it } from 'vitest'
import { terminalWidth } from './terminal-width.ts'

it.each([
  [{ isTTY: true, columns: 80 }, '120', 80],
  [{ isTTY: true, columns: 0 }, undefined, 100],
  [{}, '120', 120],
  [{}, undefined, 100],
  [{}, 'wide', 100],
  [{ isTTY: true, columns: 20 }, undefined, 60],
  [{ isTTY: true, columns: 300 }, undefined, 140],
])('%j with COLUMNS=%s is %i wide', (output, asked, width) => {
  expect(terminalWidth(output, asked)).toBe(width)
})
