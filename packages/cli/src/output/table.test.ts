import { expect, test } from 'vitest'
import { tabLines, tableLines } from './table.ts'

const columns = [{ name: 'name' }, { name: 'n', align: 'right' }, { name: 'words', least: 8 }] as const
const rows = [
  ['a', 5, 'some words that are too long'],
  ['bcd', 12_345, null],
] as const

test('aligns columns, and narrows those that may be', () => {
  expect(tableLines(columns, rows, 30, (_, text) => text)).toEqual([
    'name      n  words',
    'a         5  some words that …',
    'bcd   12345  -',
  ])
})

test('puts a tab between cells in a pipe, and shows what steers a terminal', () => {
  expect(tabLines(columns, [['a\tb', 1, '\u001b[2J']])).toEqual([
    'name\tn\twords',
    'a\\u0009b\t1\t\\u001b[2J',
  ])
})
